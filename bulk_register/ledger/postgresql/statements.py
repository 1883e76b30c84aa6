"""The statements that a database administrator may want to read, in files beside this one."""

from __future__ import annotations

from functools import cache
from importlib.resources import files


@cache
def statement(name: str) -> str:
    """Return a file's statement, or its statements."""
    return (files(__package__) / "sql" / f"{name}.sql").read_text(encoding="utf-8")


def migrations() -> list[str]:
    """Return the steps that make the tables and lift them, in their order: the first is version 1."""
    folder = files(__package__) / "sql"
    names = sorted(file.name for file in folder.iterdir() if file.name[0].isdigit())
    return [(folder / name).read_text(encoding="utf-8") for name in names]
