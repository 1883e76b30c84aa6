"""The choices of one run as one checked object."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, SecretStr, ValidationInfo, field_validator

from bulk_register.language import _
from bulk_register.settings.declared import SETTINGS, Declared
from bulk_register.settings.setting import Rerun
from bulk_register.settings.values import FILE
from bulk_register.settings.when import FORMS, When, parse_when

_NOT_STORED = {"secret_key", *(name for name, one in SETTINGS.items() if one.rerun is not Rerun.KEPT)}


class Settings(Declared, BaseModel):
    """One run's choices, all of them valid. Made by `load_settings`; `declared/` says what each is for."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        str_strip_whitespace=True,
        arbitrary_types_allowed=True,  # a database's address
    )

    secret_key: SecretStr | None = None
    profile: str | None = None  # the one of the settings file that they were read with

    @property
    def zone(self) -> tzinfo | None:
        """The time zone of times without an offset; None for the machine's."""
        return ZoneInfo(self.timezone) if self.timezone else None

    def with_account(self, account_id: int, secret_key: str, base_url: str) -> Settings:
        """Return these settings for another account."""
        told = {"account_id": account_id, "secret_key": SecretStr(secret_key), "base_url": base_url}
        return self.model_copy(update=told)

    def at(self, now: datetime) -> Settings:
        """Return these settings with the times that move (`now`, `today`, `+10d`) as they are now."""
        start, end = self.valid_from, self.valid_till
        moved = {
            "valid_from": start and start.at(now, self.zone, end_of_day=False),
            "valid_till": end and end.at(now, self.zone, end_of_day=True),
        }
        return self.model_copy(update=moved)

    def for_rerun(self) -> dict[str, Any]:
        """Return as plain data what finishing a run needs of its settings; never the secret key."""
        plain = self.model_dump(mode="json", exclude=_NOT_STORED)
        for name, setting in SETTINGS.items():  # whatever folder the run is finished from
            if setting.kind is FILE and name in plain and (file := getattr(self, name)):
                plain[name] = str(file.absolute())
        return plain

    @field_validator("valid_from", "valid_till", mode="before")
    @classmethod
    def _moment(cls, value: Any, info: ValidationInfo) -> Any:
        end = info.field_name == "valid_till"
        if value is None:
            return None if end else _moment_of("now", info, end=False)
        if isinstance(value, When) or info.mode == "json":
            return value
        if not isinstance(value, str):
            raise ValueError(_("it must be {description}", description=_(FORMS)))
        when = _moment_of(value, info, end=end)
        start = info.data.get("valid_from")
        if end and when.moment <= _now(info):
            raise ValueError(_("that is over already; it must be in the future"))
        if end and start and when.moment <= start.moment:
            raise ValueError(_("the links must stop working later than they start"))
        return when


def _now(info: ValidationInfo) -> datetime:
    now: datetime = (info.context or {}).get("now") or datetime.now(UTC)
    return now


def _moment_of(text: str, info: ValidationInfo, *, end: bool) -> When:
    """Read a WHEN expression; where the time zone is wrong, which is told by itself, in the machine's."""
    zone = info.data.get("timezone")
    return parse_when(text, _now(info), ZoneInfo(zone) if zone else None, end_of_day=end)
