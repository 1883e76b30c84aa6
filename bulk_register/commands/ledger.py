"""`bulk-register ledger`: all of it to another place, or into a backup."""

from __future__ import annotations

from pathlib import Path

from bulk_register.commands.terminal.console import print_result
from bulk_register.errors import InputError
from bulk_register.language import _, ngettext
from bulk_register.ledger import back_up, move
from bulk_register.places import DatabaseAddress, LedgerPlace, place_of
from bulk_register.run import ledger_place
from bulk_register.settings import Settings, command_line


def ledger(action: str, places: list[str], settings: Settings) -> int:
    """Copy the ledger; returns the exit code."""
    wanted = 2 if action == "move" else 1
    if len(places) != wanted:
        raise InputError(
            _("Say from where to where: bulk-register ledger move FROM TO.")
            if action == "move"
            else _("Say where to: bulk-register ledger backup FILE.")
        )
    found = [_place(text) for text in places]
    if action == "move":
        print_result(_moved(*found))
        return 0
    [target] = found
    if isinstance(target, DatabaseAddress):
        raise InputError(
            _("A backup is a file. To copy the ledger into a database: bulk-register ledger move.")
        )
    runs = back_up(ledger_place(settings), target)
    print_result(
        ngettext(
            "Backed up: the ledger with {number:,} run is in {file}",
            "Backed up: the ledger with {number:,} runs is in {file}",
            runs,
            file=target,
        )
    )
    return 0


def _moved(source: LedgerPlace, target: LedgerPlace) -> str:
    runs = move(source, target)
    copied = ngettext(
        "Copied and compared: the ledger with {number:,} run is in {place}",
        "Copied and compared: the ledger with {number:,} runs is in {place}",
        runs,
        place=target,
    )
    advice = _(
        "From now on say {flag} (or write it into the settings file), and put {source} away: what a run "
        "writes into one of them the other doesn't know.",
        flag=command_line(["--ledger", str(target)]),
        source=source,
    )
    return f"{copied}\n{advice}"


def _place(text: str) -> LedgerPlace:
    try:
        place = place_of(text)
    except ValueError as error:
        raise InputError(str(error)) from None
    return place.expanduser().absolute() if isinstance(place, Path) else place
