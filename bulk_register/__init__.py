"""Registers a roster of employees for a StartExam exam and gives the roster back with their exam links.

The account, the center and the test come from the environment or `bulk_register.toml`, like the command's:

>>> from bulk_register import load_settings, register_roster
>>> finished = register_roster("staff.xlsx", load_settings({"valid_till": "+10d"}))
>>> finished.exit_code, finished.output.name
(0, 'staff.registered.xlsx')
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bulk_register import errors
from bulk_register.version import __version__

if TYPE_CHECKING:
    from bulk_register.run import register_roster
    from bulk_register.settings import Settings, load_settings

__all__ = ["Settings", "__version__", "errors", "load_settings", "register_roster"]

_ROOMS = {"register_roster": "run", "Settings": "settings", "load_settings": "settings"}


def __getattr__(name: str) -> object:
    """Load a public name when it is used: pandas and requests take longer than `--help` may."""
    if name not in _ROOMS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"bulk_register.{_ROOMS[name]}"), name)


def __dir__() -> list[str]:
    """List the public names, also those that are not loaded yet: `dir()` and `help()` go by it."""
    return sorted({*__all__, *(name for name in globals() if name.startswith("__"))})
