"""The choices of one run as one checked object."""

from __future__ import annotations

import difflib
import ipaddress
import re
from datetime import UTC, datetime, tzinfo
from typing import Any, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

from pydantic import (
    BaseModel,
    ByteSize,
    ConfigDict,
    Field,
    SecretStr,
    ValidationInfo,
    field_validator,
)

from bulk_register.language import N_, _
from bulk_register.settings.values import (
    PATH,
    SECONDS,
    TEXT,
    TRUTH,
    File,
    FileName,
    Pairs,
    Percent,
    Seconds,
    Span,
    Verbatim,
    Whole,
    Words,
    is_text,
)
from bulk_register.settings.when import FORMS, When, parse_when

MAX_BATCH = 500  # API page "Register Employees"
MAX_TESTS = 10  # API page "Register Employees"

NOT_FOR_RERUN = {
    "secret_key",
    "ledger",
    "report",
    "language",
    "log_format",
    "quiet",
    "verbose",
    "yes",
    "dry_run",
    "refresh",
}

TOLERABLE = ("invalid", "conflict", "rejected", "expired", "unknown")  # statuses of exit code 1

_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_TITLE = re.compile(r".*\s|.*[^\x00-\x7f]|[^\W\d_]{2,}\Z")  # a mistyped identifier is none of these


class Settings(BaseModel):
    """One run's choices, all of them valid. Made by `load_settings`, which says what each is for.

    A field's description is what its value may be, for messages.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    # how the roster is read
    id_column: str | None = Field(None, min_length=1, description=TEXT)
    sheet: str | None = Field(None, min_length=1, description=TEXT)
    header_row: Whole | None = Field(
        None, ge=1, le=1_048_576, description=N_("a row's number, as the spreadsheet shows it")
    )
    no_header: bool = Field(False, description=TRUTH)
    encoding: str | None = Field(None, description=N_("an encoding's name, like utf-8 or cp1251"))
    delimiter: Verbatim | None = Field(
        None, description=N_("one character, or comma, semicolon, tab or pipe")
    )
    skip_hidden: bool = Field(False, description=TRUTH)
    max_size: ByteSize = Field(ByteSize(2 * 1024**3), gt=0, description=N_("a size like 500MB or 2GB"))
    strict: bool = Field(False, description=TRUTH)

    # what is written
    language: Literal["en", "ru"] | None = Field(None, description=N_("en or ru"))
    output: File | None = Field(None, description=PATH)
    report: FileName | None = Field(None, description=PATH)
    escape_formulas: bool = Field(False, description=TRUTH)
    log_format: Literal["text", "json"] = Field("text", description=N_("text or json"))
    quiet: bool = Field(False, description=TRUTH)
    verbose: bool = Field(False, description=TRUTH)

    # who asks, and where
    account_id: Whole | None = Field(
        None, ge=1, lt=2**63, description=N_("the number of a StartExam account, digits only")
    )
    secret_key: SecretStr | None = None
    secret_key_file: File | None = Field(None, description=PATH)
    base_url: str = Field(
        "https://api.startexam.com", description=N_("an address like https://api.startexam.com")
    )
    link_base: str = Field(
        "https://go.startexam.com", description=N_("an address like https://go.startexam.com")
    )
    ledger: File | None = Field(None, description=PATH)

    # the exam
    center: str | None = Field(None, min_length=1, description=TEXT)
    tests: Words = Field(
        (),
        max_length=MAX_TESTS,
        description=N_("1 to 10 titles or identifiers of tests"),
    )
    timezone: str | None = Field(None, description=N_("a time zone's name, like Europe/Berlin"))
    valid_from: When | None = Field(None, validate_default=True, description=FORMS)
    valid_till: When | None = Field(None, description=FORMS)
    proctoring: bool = Field(False, description=TRUTH)
    proctoring_parameters: Pairs = Field((), description=N_("texts like Type=Offline"))

    # how it is sent
    batch_size: Whole = Field(
        MAX_BATCH,
        ge=1,
        le=MAX_BATCH,
        description=N_("a whole number from 1 to 500"),
    )
    workers: Whole = Field(4, ge=1, le=32, description=N_("a whole number from 1 to 32"))
    attempts: Whole = Field(6, ge=1, le=100, description=N_("a whole number from 1 to 100"))
    timeout: Seconds = Field(60.0, le=3600, description=SECONDS)
    wait_first: Seconds = Field(1.0, le=3600, description=SECONDS)
    wait_max: Seconds = Field(60.0, le=3600, description=SECONDS)
    deadline: Span | None = Field(None, description=N_("a time with its unit, like 90s, 30m or 2h"))
    max_rejected: Whole = Field(50, ge=0, description=N_("a whole number, 0 or more"))
    allow_conflicts: bool = Field(False, description=TRUTH)

    # what a scheduled run bears
    min_rows: Whole | None = Field(None, ge=0, description=N_("a whole number, 0 or more"))
    max_new: Whole | None = Field(None, ge=0, description=N_("a whole number, 0 or more"))
    max_missing: Percent | None = Field(None, description=N_("a percentage from 0 to 100"))
    newer_than: Span | None = Field(None, description=N_("a time with its unit, like 26h or 2d"))
    tolerate: Words = Field((), description=N_("some of invalid, conflict, rejected, expired, unknown"))
    ending_days: Whole = Field(7, ge=0, le=3650, description=N_("a whole number of days, 0 or more"))
    only_new: File | None = Field(None, description=PATH)

    # what only a person says, each time
    refresh: bool = Field(False, description=TRUTH)
    reregister: bool = Field(False, description=TRUTH)
    dry_run: bool = Field(False, description=TRUTH)
    sandbox: bool = Field(False, description=TRUTH)
    yes: bool = Field(False, description=TRUTH)

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
        plain = self.model_dump(mode="json", exclude=NOT_FOR_RERUN)
        for name in ("secret_key_file", "only_new"):  # whatever folder the run is finished from
            if file := getattr(self, name):
                plain[name] = str(file.absolute())
        return plain

    @field_validator("tests")
    @classmethod
    def _identifiers_or_titles(cls, tests: tuple[str, ...]) -> tuple[str, ...]:
        wrong = [test for test in tests if not _GUID.fullmatch(test) and not _TITLE.match(test)]
        if wrong:
            raise ValueError(
                _(
                    "{wrong!r} is not a test's identifier (like fa19e351-36d0-49c0-be92-66d640b17878) nor a "
                    "title; bulk-register tests lists them",
                    wrong=wrong[0],
                )
            )
        return tuple({test.lower(): test for test in tests}.values())

    @field_validator("center")
    @classmethod
    def _name_of_center(cls, name: str | None) -> str | None:
        if name and "://" in name:
            raise ValueError(_("that is an address; it must be the center's unique name in StartExam"))
        return name

    @field_validator("tolerate")
    @classmethod
    def _tolerable(cls, statuses: tuple[str, ...]) -> tuple[str, ...]:
        found = tuple(one.strip().lower() for status in statuses for one in status.split(","))
        if not set(found) <= set(TOLERABLE):
            raise ValueError
        return found

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, name: str | None) -> str | None:
        try:
            return ZoneInfo(name).key if name else None
        except (OSError, ValueError, KeyError):
            raise ValueError(
                _("it must be a time zone's name, like {name}", name=_likely_zone(str(name)))
            ) from None

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
            raise ValueError(_("that is over already; give a time in the future, like +10d"))
        if end and start and when.moment <= start.moment:
            raise ValueError(_("the links must stop working later than they start (valid_from)"))
        return when

    @field_validator("base_url", "link_base")
    @classmethod
    def _address(cls, value: str, info: ValidationInfo) -> str:
        wanted = _("it must be {description}", description=form_of(info.field_name or ""))
        try:
            parts = urlsplit(value)
            parts.port  # noqa: B018 (raises where it is none)
        except ValueError:
            raise ValueError(wanted) from None
        if "@" in parts.netloc:
            raise ValueError(_("an address with a name or password in it is refused"))
        plain = value.isprintable() and not any(character in value for character in " \\?#")
        if parts.scheme not in ("https", "http") or not parts.hostname or not plain:
            raise ValueError(wanted)
        if parts.scheme == "http" and not is_this_machine(parts.hostname):
            raise ValueError(_("it must start with https:// (http would show everybody's links to others)"))
        return parts._replace(netloc=parts.netloc.lower()).geturl().rstrip("/")

    @field_validator("delimiter")
    @classmethod
    def _one_character(cls, value: str | None) -> str | None:
        named = {"tab": "\t", "\\t": "\t", "comma": ",", "semicolon": ";", "pipe": "|"}
        value = named.get(value.lower(), value) if value else value
        if value is not None and (len(value) != 1 or value in '"\r\n' or not is_text(value)):
            raise ValueError(_("it must be {description}", description=form_of("delimiter")))
        return value


def form_of(name: str) -> str:
    """Return what a setting's value may be, in the language in use."""
    description = Settings.model_fields[name].description
    return _(description) if description else ""


def is_this_machine(address: str) -> bool:
    """Tell whether a host, or an address's host, can only mean this machine."""
    host = (urlsplit(address).hostname or "") if "//" in address else address
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _now(info: ValidationInfo) -> datetime:
    now: datetime = (info.context or {}).get("now") or datetime.now(UTC)
    return now


def _moment_of(text: str, info: ValidationInfo, *, end: bool) -> When:
    """Read a WHEN expression; where the time zone is wrong, which is told by itself, in the machine's."""
    zone = info.data.get("timezone")
    return parse_when(text, _now(info), ZoneInfo(zone) if zone else None, end_of_day=end)


def _likely_zone(name: str) -> str:
    known = {zone.lower(): zone for zone in available_timezones()}
    near = difflib.get_close_matches(name.lower().replace(" ", "_"), known, 1)
    return known[near[0]] if near else "Europe/Berlin"
