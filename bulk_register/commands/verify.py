"""`verify`: is an output fit to be mailed? Its rows held against the ledger and, if asked for, StartExam."""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from bulk_register.commands.terminal.console import print_note, print_result
from bulk_register.commands.terminal.progress import report_wait
from bulk_register.commands.terminal.text import MAX_SPANS, capitalized, rows, sentence, short_tests
from bulk_register.errors import StartExamError
from bulk_register.language import N_, _, ngettext
from bulk_register.ledger import Ledger
from bulk_register.output.delivery import checksum
from bulk_register.output.excel.excerpt import has_headers_only
from bulk_register.run import ledger_flags, ledger_place, open_roster
from bulk_register.settings import Settings, command_line
from bulk_register.verify.checks import (
    OVER,
    Finding,
    Registered,
    Terms,
    judge,
    registered,
    runs_to_ask,
)
from bulk_register.verify.claims import Claims, claims_of
from bulk_register.verify.people_comparison import Compared, compare_people
from bulk_register.verify.recheck import confirm_links

SHOWN = 50  # kinds of findings on a terminal; a file or a pipe gets them all
_NOTHING = N_("This file holds no links: there is nothing to mail.")


def verify(file: str, settings: Settings, asking: Settings | None) -> int:
    """Show every row of an output that should not be mailed; returns 0, or 1 where there are some.

    `asking` holds the account and the secret key where StartExam is to be asked as well.
    """
    place = ledger_place(settings)
    with Ledger(place, write=False) as ledger:
        if _is_empty_list(Path(file).expanduser(), ledger):
            print_result(_(_NOTHING))
            return 1
        with open_roster(file, settings, lambda _event: None) as found:
            claims = claims_of(found)
            known = registered(ledger, claims, settings.base_url)
            wrong = list(judge(claims, known, Terms(settings.link_base, time.time())))
            compared = compare_people(found, claims, known, ledger, settings)
            exams = _exam_lines(claims, known, ledger)
            refuted, asked = _asked(claims, known, wrong, ledger, asking) if asking else ([], 0)
    if not known and not ledger.is_there:
        print_note(
            _(
                "There are no records of earlier runs at {path}, so no link can be known. Name the file "
                "that the run wrote them to with --ledger.",
                path=place,
            )
        )
    wrong = sorted([*wrong, *compared.findings, *refuted])
    linked = sum(bool(claim.link) for claim in claims.rows)
    fit = bool(linked) and not wrong
    if not fit or not settings.quiet:
        lines = [
            *_row_lines(wrong),
            *_verdict_lines(claims, wrong, asked),
            *filter(None, [compared.words]),
            *exams,
        ]
        print_result("\n".join(lines + _advice(wrong, compared, settings)))
    return 0 if fit else 1


def _is_empty_list(file: Path, ledger: Ledger) -> bool:
    """Tell whether a run wrote this file, and nobody stands in it: a list of new links in a quiet night."""
    if file.suffix.lower() != ".xlsx" or not file.is_file() or not ledger.has_output(checksum(file)):
        return False
    return has_headers_only(file)


def _asked(
    claims: Claims, known: dict[str, Registered], wrong: Sequence[Finding], ledger: Ledger, asking: Settings
) -> tuple[list[Finding], int]:
    try:
        return confirm_links(runs_to_ask(claims, known, wrong), ledger, asking, report_wait)
    except StartExamError as error:
        raise StartExamError(
            _(
                "The file could not be held against StartExam: {error} Without --ask it is not asked.",
                error=sentence(str(error)),
            )
        ) from None


def _row_lines(wrong: Sequence[Finding]) -> list[str]:
    """Return a line for each thing that is wrong, with its rows."""
    kinds: dict[str, list[int]] = {}
    for row, what in wrong:
        kinds.setdefault(what, []).append(row)
    at_terminal = bool(sys.stdout and sys.stdout.isatty())
    shown, most = (SHOWN, MAX_SPANS) if at_terminal else (len(kinds), None)
    lines = [f"{capitalized(rows(found, most))}: {what}" for what, found in list(kinds.items())[:shown]]
    if len(kinds) > shown:
        lines.append(
            _("… and {shown:,} more; send the output to a file to see all", shown=len(kinds) - shown)
        )
    return lines


def _verdict_lines(claims: Claims, wrong: Sequence[Finding], asked: int) -> list[str]:
    linked = sum(bool(claim.link) for claim in claims.rows)
    if not linked and not wrong:
        return [_(_NOTHING)]
    checked = ngettext(
        "{number:,} link checked against what earlier runs got",
        "{number:,} links checked against what earlier runs got",
        linked,
    )
    if asked:
        checked = _("{checked}, {asked:,} of them against StartExam", checked=checked, asked=asked)
    unfit = len({one.row for one in wrong})
    verdict = (
        ngettext("{number:,} row is not fit to be mailed", "{number:,} rows are not fit to be mailed", unfit)
        if wrong
        else _("each is its own row's, and works")
    )
    lines = [f"{checked}: {verdict}."]
    if without := sum(bool(claim.identifier and not claim.link) for claim in claims.rows):
        lines.append(ngettext("{number:,} row has no link.", "{number:,} rows have no link.", without))
    return [" ".join(lines)]


def _advice(wrong: Sequence[Finding], compared: Compared, settings: Settings) -> list[str]:
    """Say how a file comes right again that somebody has changed, or whose links are over."""
    if wrong and all(finding.what == _(OVER) for finding in wrong):
        return [_("New links: bulk-register run, with --renew-expired where they stay expired.")]
    if not wrong or compared.unchanged or not compared.run:
        return []
    words = ["bulk-register", "export", str(compared.run), *ledger_flags(settings)]
    return [
        _("This writes the whole output of run {run} again:", run=compared.run),
        f"  {command_line(words)}",
    ]


def _exam_lines(claims: Claims, known: dict[str, Registered], ledger: Ledger) -> list[str]:
    """Name what the file's links are for; several exams in one file are hardly meant."""
    scopes = Counter(known[claim.key].scope for claim in claims.rows if claim.link and claim.key in known)
    lines = []
    for scope, links in scopes.most_common():
        tests = scope.tests.split()
        line = _(
            "The links are for: test {test}, center {center}",
            test=short_tests(tests, ledger.titles(tests)),
            center=scope.center,
        )
        part = ngettext("{number:,} link", "{number:,} links", links)
        lines.append(f"{line} ({part})" if len(scopes) > 1 else line)
    return lines
