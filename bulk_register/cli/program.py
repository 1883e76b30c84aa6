"""The program: what all commands share, and how one is declared."""

from __future__ import annotations

import gc
from collections.abc import Callable
from typing import Annotated

import typer

from bulk_register.commands.terminal.command import handles_errors
from bulk_register.commands.terminal.console import print_result
from bulk_register.commands.terminal.options import with_settings
from bulk_register.commands.terminal.streams import make_standard_streams_visible
from bulk_register.commands.terminal.usage import Command, Program
from bulk_register.language import _

# that are made before Python looks for cycles among them: a roster is many objects and no cycles, and with
# Python's own 700 a run of 100,000 rows spends 0.4 s on looking
YOUNG_OBJECTS = 100_000


app = typer.Typer(
    cls=Program,
    name="bulk-register",
    help=_("Register a roster of employees for a StartExam exam and get it back with everybody's exam link."),
    no_args_is_help=True,
    add_completion=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog=_("Try it:") + " bulk-register run staff.xlsx --sandbox",
)


def command(short_help: str, example: str, help: str) -> Callable[[Callable[..., int]], Callable[..., int]]:  # noqa: A002
    """Make a function a command, with the flags of its settings beside its own."""

    def register(function: Callable[..., int]) -> Callable[..., int]:
        epilog = "\b\n" + _("Example:") + f"\n  {example}"  # which is not wrapped
        app.command(cls=Command, short_help=short_help, epilog=epilog, help=help)(
            handles_errors(with_settings(function))
        )
        return function

    return register


def main() -> None:
    """Run the command line."""
    gc.set_threshold(YOUNG_OBJECTS)
    make_standard_streams_visible()
    try:
        app()
    finally:
        gc.freeze()  # or Python would look through all that is left once more before it ends


def _version(wanted: bool) -> None:
    if wanted:
        from bulk_register.commands.terminal.versions import program_words, surroundings  # slow to load

        print_result("\n".join([program_words(), *surroundings()]))
        raise typer.Exit


@app.callback()
def _program(
    version: Annotated[
        bool,
        typer.Option(
            "--version",
            callback=_version,
            is_eager=True,
            help=_("Show the versions of the program and its libraries."),
        ),
    ] = False,
) -> None:
    pass
