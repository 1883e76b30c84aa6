"""Command lines that can't be understood, and what people mostly meant."""

from __future__ import annotations

from typing import Any

from typer.core import TyperCommand
from typer.exceptions import TyperException

from bulk_register.language import N_, _

_BLANKS = N_('A file name with blanks in it goes in quotes: "my roster.xlsx".')


class Command(TyperCommand):
    """A command that says what to do where a file name fell to pieces."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read the command line; raises as typer does."""
        try:
            return super().parse_args(ctx, args)
        except TyperException as error:
            if "extra argument" in str(error):
                vars(error)["message"] = f"{error}. {_(_BLANKS)}"
            raise
