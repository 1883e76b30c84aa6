"""Kinds of values that need a closer look: tests, centers, addresses, time zones, column separators."""

from __future__ import annotations

import difflib
import ipaddress
import re
from urllib.parse import urlsplit

from bulk_register.api import GUID, MAX_TESTS
from bulk_register.language import N_, _
from bulk_register.settings.values import TEXT, Kind, is_text, split

_EXAMPLE = "2b8f4f0e-6c1d-4a57-8e35-9a4d1c7b0f01"
_TITLE = re.compile(r".*\s|.*[^\x00-\x7f]|[^\W\d_]{2,}\Z")  # a mistyped identifier is none of these
_AN_ADDRESS = N_("an address like https://{host}.startexam.com")
_CHARACTER = N_("one character, or comma, semicolon, tab or pipe")
_CHARACTERS = {"tab": "\t", "\\t": "\t", "comma": ",", "semicolon": ";", "pipe": "|"}


def is_this_machine(address: str) -> bool:
    """Tell whether a host, or an address's host, can only mean this machine."""
    host = (urlsplit(address).hostname or "") if "//" in address else address
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _identifiers_or_titles(tests: tuple[str, ...]) -> tuple[str, ...]:
    wrong = [test for test in tests if not GUID.fullmatch(test) and not _TITLE.match(test)]
    if wrong:
        raise ValueError(
            _(
                "{wrong!r} is not a test's identifier (like fa19e351-36d0-49c0-be92-66d640b17878) nor a "
                "title; bulk-register tests lists them",
                wrong=wrong[0],
            )
        )
    return tuple({test.lower(): test for test in tests}.values())


def _columns(names: tuple[str, ...]) -> tuple[str, ...]:
    if not all(map(str.strip, names)):
        raise ValueError
    return names


def _guid(value: str) -> str:
    if not GUID.fullmatch(value):
        raise ValueError
    return value.lower()


def _name_of_center(name: str) -> str:
    if "://" in name:
        raise ValueError(_("that is an address; it must be the center's unique name in StartExam"))
    return name


def _known_zone(name: str) -> str | None:
    from zoneinfo import ZoneInfo  # not needed for --help

    try:
        return ZoneInfo(name).key if name else None
    except (OSError, ValueError, KeyError):
        raise ValueError(_("it must be a time zone's name, like {name}", name=_likely_zone(name))) from None


def _likely_zone(name: str) -> str:
    from zoneinfo import available_timezones  # as above

    known = {zone.lower(): zone for zone in available_timezones()}
    near = difflib.get_close_matches(name.lower().replace(" ", "_"), known, 1)
    return known[near[0]] if near else "Europe/Berlin"


def _safe_address(value: str) -> str:
    try:
        parts = urlsplit(value)
        parts.port  # noqa: B018 (raises where it is none)
    except ValueError:
        raise ValueError from None
    if "@" in parts.netloc:
        raise ValueError(_("an address with a name or password in it is refused"))
    plain = value.isprintable() and not any(character in value for character in " \\?#")
    if parts.scheme not in ("https", "http") or not parts.hostname or not plain:
        raise ValueError
    if parts.scheme == "http" and not is_this_machine(parts.hostname):
        raise ValueError(_("it must start with https:// (http would show everybody's links to others)"))
    return parts._replace(netloc=parts.netloc.lower()).geturl().rstrip("/")


def _one_character(value: str) -> str:
    character = _CHARACTERS.get(value.lower(), value)
    if len(character) != 1 or character in '"\r\n' or not is_text(character):
        raise ValueError
    return character


IDENTIFIER = Kind(
    N_("an identifier like {example}"),
    "GUID",
    check=_guid,
    values={"example": _EXAMPLE},
)
TESTS = Kind(
    N_("1 to {most} titles or identifiers of tests"),
    "TEST",
    split,
    _identifiers_or_titles,
    limits={"max_length": MAX_TESTS},
    values={"most": MAX_TESTS},
)
COLUMNS = Kind(N_("headers of columns or their letters, like Name or B"), "NAME", split, _columns)
CENTER = Kind(TEXT.may_be, check=_name_of_center, limits=TEXT.limits)
ZONE = Kind(N_("a time zone's name, like Europe/Berlin"), check=_known_zone)
API_ADDRESS = Kind(_AN_ADDRESS, "URL", check=_safe_address, values={"host": "api"})
LINK_ADDRESS = Kind(_AN_ADDRESS, "URL", check=_safe_address, values={"host": "go"})
CHARACTER = Kind(
    _CHARACTER,
    "CHARACTER",
    check=_one_character,
    say=lambda character: "tab" if character == "\t" else character,
    verbatim=True,
)
