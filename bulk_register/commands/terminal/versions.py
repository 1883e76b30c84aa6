"""Which version of what is at work: the first thing that whoever helps asks for."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version

from bulk_register.language import _
from bulk_register.version import __version__

LIBRARIES = ("pandas", "openpyxl", "python-calamine", "requests", "tenacity", "pydantic", "typer", "rich")
OPTIONAL = ("keyring",)


def program_words() -> str:
    """Return the program, with its version."""
    return f"bulk-register {__version__}"


def surroundings() -> list[str]:
    """Return Python, the system and the libraries, with their versions."""
    found = [(name, _installed(name)) for name in (*LIBRARIES, *OPTIONAL)]
    python = _(
        "Python {python_version} on {system} {release}",
        python_version=platform.python_version(),
        system=platform.system(),
        release=platform.release(),
    )
    return [python, *(f"{name} {number}" for name, number in found if number)]


def _installed(library: str) -> str:
    try:
        return version(library)
    except PackageNotFoundError:
        return ""
