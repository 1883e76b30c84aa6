"""The setting `fields`: from where on the roster each field of an employee's profile in StartExam comes."""

from __future__ import annotations

from typing import Any, NamedTuple

from bulk_register.language import N_
from bulk_register.settings.values import Kind


class ProfileField(NamedTuple):
    """A field by its name in StartExam: the headers whose cells it joins, or one value for everybody."""

    name: str
    headers: tuple[str, ...] = ()
    value: str = ""


def _fields(said: Any) -> Any:
    """A table of headers, lists of headers and `{value = "…"}`, or words like `First Name=Given name`."""
    if isinstance(said, str):
        words = [word.strip() for word in said.split(",") if word.strip()]
        if not all("=" in word for word in words):
            raise ValueError
        said = dict(map(str.strip, word.split("=", 1)) for word in words)  # type: ignore[misc]
    if not isinstance(said, dict):
        return said
    return tuple(_field(str(name).strip(), source) for name, source in said.items())


def _field(name: str, source: Any) -> ProfileField:
    if isinstance(source, dict) and source.keys() == {"value"}:
        found = ProfileField(name, value=_text(source["value"]))
    else:
        headers = source if isinstance(source, list | tuple) else [source]
        found = ProfileField(name, tuple(map(_text, headers)))
    if not name or not (found.headers or found.value) or not all(found.headers):
        raise ValueError
    return found


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError
    return value.strip()


def _said(field: ProfileField) -> str:
    """Return a field as a person reads it: where it comes from, or its value in quotes."""
    return f"{field.name}=" + (" + ".join(field.headers) or f'"{field.value}"')


FIELDS = Kind(
    N_('a table like [fields] with lines like "First Name" = "Given name"'),
    "FIELD=HEADER",
    _fields,
    say=_said,
)
