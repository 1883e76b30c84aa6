"""`verify`: is an output fit to be mailed? Its rows held against the ledger and, if asked for, StartExam."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence

from bulk_register.commands.voice import aside, say
from bulk_register.commands.words import count, sentence
from bulk_register.errors import StartExamError
from bulk_register.ledger import Ledger
from bulk_register.records import Event, Waiting, Warned
from bulk_register.run import ledger_flags, ledger_path, opened_roster
from bulk_register.run.comparing import Compared, compare_people
from bulk_register.run.confirming import confirm_links
from bulk_register.settings import Settings, command_line
from bulk_register.verification import Claims, Finding, Registered, Terms, claims_of, judge, registered

SHOWN = 50  # rows on a terminal; a file or a pipe gets them all
_NO_LINKS = "This file holds no links"


def verify(file: str, settings: Settings, asking: Settings | None) -> int:
    """Show every row of an output that should not be mailed; returns 0, or 1 where there are some.

    `asking` holds the account and the secret key where StartExam is to be asked as well.
    """
    path = ledger_path(settings)
    with opened_roster(file, settings, lambda _: None) as found, Ledger(path, write=False) as ledger:
        claims = claims_of(found)
        known = registered(ledger, claims, settings.base_url)
        wrong = list(judge(claims, known, Terms(settings.link_base, time.time())))
        compared = compare_people(found, claims, known, ledger, settings)
        if asking is not None:
            wrong += _asked(claims, known, wrong, ledger, asking)
    if not known and not path.exists():
        aside(
            f"There are no records of earlier runs at {path}, so no link can be known. Name the file that "
            "the run wrote them to with --ledger."
        )
    linked = sum(bool(claim.link) for claim in claims.rows)
    wrong = sorted([*wrong, *compared.findings])
    fit = bool(linked) and not wrong
    if not fit or not settings.quiet:
        sources = f"{'StartExam and ' if asking else ''}what earlier runs got"
        checked = f"{count(linked, 'link')} checked against {sources}" if linked else _NO_LINKS
        lines = _lines(wrong, checked, compared)
        say("\n".join(lines + (_export_lines(compared.run, settings) if wrong else [])))
    return 0 if fit else 1


def _asked(
    claims: Claims, known: dict[str, Registered], wrong: Sequence[Finding], ledger: Ledger, asking: Settings
) -> list[Finding]:
    try:
        return list(confirm_links(claims, known, wrong, ledger, asking, _tell))
    except StartExamError as error:
        words = "The file could not be held against StartExam"
        raise StartExamError(f"{words}: {sentence(str(error))} Without --ask it is not asked.") from None


def _tell(event: Event) -> None:
    if isinstance(event, Waiting):
        aside(f"{sentence(event.reason)} Trying again in {event.seconds:.0f} s.")
    elif isinstance(event, Warned):
        aside(f"Warning: {event.message}")


def _lines(wrong: Sequence[Finding], checked: str, compared: Compared) -> list[str]:
    shown = SHOWN if sys.stdout and sys.stdout.isatty() else len(wrong)
    lines = [f"Row {row}: {what}" for row, what in wrong[:shown]]
    if len(wrong) > shown:
        lines.append(f"… and {count(len(wrong) - shown, 'more')}; send the output to a file to see all")
    verdict = f"{checked}: each is its own row's, and works."
    if wrong:
        rows = count(len({finding.row for finding in wrong}), "row is", "rows are")
        verdict = f"{checked}: {rows} not fit to be mailed."
    elif checked == _NO_LINKS:
        verdict = f"{checked}: there is nothing to mail."
    lines += [verdict, compared.words] if compared.words else [verdict]
    return lines


def _export_lines(run: int, settings: Settings) -> list[str]:
    """Say how the output comes right again; not for a file of an unknown run."""
    words = ["bulk-register", "export", str(run), *ledger_flags(settings)]
    return [f"This writes the whole output of run {run} again:", f"  {command_line(words)}"] if run else []
