"""The language that a person's system is set to."""

from __future__ import annotations

import sys
from collections.abc import Mapping

from bulk_register.language.translation import LANGUAGES

MAC_SECONDS = 2  # for asking macOS


def system_language(environ: Mapping[str, str]) -> str:
    """Return the language of LANGUAGES that this person's system shows its own words in, else English.

    On Windows and macOS that is the interface language, elsewhere the first of LC_ALL, LC_MESSAGES and LANG
    that is set (POSIX, "Environment Variables", 8.2).
    """
    if sys.platform == "win32":
        name = _windows_language()
    elif sys.platform == "darwin":
        name = _mac_language() or _posix_language(environ)
    else:
        name = _posix_language(environ)
    language = name.replace("-", "_").split("_")[0].split(".")[0].lower()
    return language if language in LANGUAGES else "en"


def _posix_language(environ: Mapping[str, str]) -> str:
    return next((value for name in ("LC_ALL", "LC_MESSAGES", "LANG") if (value := environ.get(name, ""))), "")


def _windows_language() -> str:
    if sys.platform != "win32":
        return ""
    import ctypes
    import locale

    return locale.windows_locale.get(ctypes.windll.kernel32.GetUserDefaultUILanguage(), "")


def _mac_language() -> str:
    """Return the first of the languages in the system settings; macOS itself sets no LANG for programs."""
    import subprocess  # slow to load

    command = ["/usr/bin/defaults", "read", "-g", "AppleLanguages"]
    try:
        said = subprocess.run(  # noqa: S603 (a fixed command)
            command, capture_output=True, text=True, timeout=MAC_SECONDS, check=True
        ).stdout
    except (OSError, subprocess.SubprocessError):
        return ""
    return said.strip("( \n").split(",")[0].strip(' "\n')
