"""The kinds of values in pydantic's words."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, ValidationInfo

from bulk_register.settings.values import Kind


def checked_type(plain: Any, kind: Kind) -> Any:
    """Return a type that pydantic checks as the kind says."""

    def read(value: Any, info: ValidationInfo) -> Any:
        return value if info.mode == "json" else kind.read(value)  # what a run stored was read once

    if plain is str and kind.choices:
        plain = Literal[kind.choices]
    return Annotated[plain, *_limits(kind), BeforeValidator(read), AfterValidator(kind.check)]


def _limits(kind: Kind) -> list[Any]:
    limits: list[Any] = [Field(**kind.limits)] if kind.limits else []
    return [*limits, StringConstraints(strip_whitespace=False)] if kind.verbatim else limits
