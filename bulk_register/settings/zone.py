"""The time zone that this machine is set to, by its IANA name."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from zoneinfo import ZoneInfo, available_timezones

LOCALTIME = Path("/etc/localtime")  # a link into the zones on Linux and macOS
NAMED = Path("/etc/timezone")  # a name, on Debian


def machine_zone(environ: Mapping[str, str] = os.environ, localtime: Path = LOCALTIME) -> str | None:
    """Return the machine's time zone, like `Europe/Berlin`; None where it can't be told (as on Windows)."""
    told = (environ.get("TZ", "").removeprefix(":"), _linked(localtime), _written(NAMED))
    return next((zone for zone in told if zone and is_zone(zone)), None)


def is_zone(name: str) -> bool:
    """Tell whether this is the name of a time zone."""
    try:
        return ZoneInfo(name).key in available_timezones()
    except (OSError, ValueError, KeyError):
        return False


def _linked(localtime: Path) -> str:
    try:
        target = str(localtime.readlink())
    except OSError:
        return ""
    return target.partition("zoneinfo/")[2]


def _written(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return ""
