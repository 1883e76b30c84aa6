"""An output's links held against StartExam, by asking again about employees whom it has registered."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from bulk_register.api import DEFAULT_URL
from bulk_register.language import N_, _
from bulk_register.ledger import Ledger
from bulk_register.records import Tell
from bulk_register.run.context import connection_of, exam_of
from bulk_register.settings import Settings, settings_of_run
from bulk_register.startexam import StartExam
from bulk_register.verify.checks import Finding
from bulk_register.verify.claims import Claim
from bulk_register.verify.requery import Replies, ask_again

_ELSEWHERE = N_("StartExam was not asked: the settings name another account or address than this link's")


def confirm_links(
    asked_by_run: Mapping[int, Sequence[Claim]], ledger: Ledger, settings: Settings, tell: Tell
) -> tuple[list[Finding], int]:
    """Ask about rows that look right, each under its own run's exam and window, so that nothing changes.

    `asked_by_run` is what `runs_to_ask` returns. Returns what is wrong, and how many rows were asked about.
    `settings` hold the account and the secret key; a row of another account or address can't be asked about,
    which is wrong too. Raises StartExamError.
    """
    usual = settings.base_url == DEFAULT_URL  # the run's own is meant then
    runs = {run.id: run for run in ledger.runs() if run.scope.account_id == settings.account_id}
    runs = {number: run for number, run in runs.items() if usual or run.scope.base_url == settings.base_url}
    findings, count = [], 0
    for number, asked in asked_by_run.items():
        if number not in runs:
            findings += [Finding(claim.row, _(_ELSEWHERE)) for claim in asked]
            continue
        there = settings.model_copy(update={"base_url": runs[number].scope.base_url})
        client = StartExam(connection_of(there), tell)
        exam = exam_of(settings_of_run(runs[number].settings, settings, secret=False))
        employees = list(dict.fromkeys(claim.identifier for claim in asked))
        findings += _compared(asked, ask_again(client, exam, employees, settings.max_rejected))
        count += len(asked)
    return findings, count


def _compared(asked: Sequence[Claim], replies: Replies) -> Iterator[Finding]:
    for claim in asked:
        if claim.identifier in replies.refused:
            yield Finding(claim.row, _("StartExam refuses this employee now"))
        elif claim.identifier not in replies.participants:
            yield Finding(
                claim.row, _("StartExam's answer could not be matched to employees, so nothing is sure")
            )
        elif (replies.participants[claim.identifier] or "").casefold() != claim.key:
            yield Finding(
                claim.row, _("StartExam gives this employee another link, or none (run --refresh asks again)")
            )
