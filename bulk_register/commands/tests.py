"""`tests`: the account's tests."""

from __future__ import annotations

from bulk_register.commands.terminal.console import print_result
from bulk_register.commands.terminal.progress import report_wait
from bulk_register.commands.terminal.text import table
from bulk_register.errors import InputError
from bulk_register.language import _
from bulk_register.run import connection_of
from bulk_register.settings import Settings
from bulk_register.startexam import StartExam

STATUSES = ("active", "archive", "deleted")  # API page "Get Tests"


def tests(settings: Settings, status: str | None) -> int:
    """List the account's tests."""
    if status not in (None, *STATUSES):
        raise InputError(
            _(
                "--status is '{status}': it must be active, archive or deleted.",
                status=status,
            )
        )
    found = StartExam(connection_of(settings), report_wait).tests()
    shown = [test for test in found if status in (None, test.status)]
    if not shown:
        print_result(
            _("StartExam has no tests in this account.")
            if status is None
            else _("No test is {status}.", status=status)
        )
        return 0
    rows = [
        (_("TITLE"), _("IDENTIFIER"), _("STATUS")),
        *((test.title, test.identifier, test.status) for test in shown),
    ]
    print_result(table(rows))
    return 0
