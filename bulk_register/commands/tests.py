"""`tests`: the account's tests."""

from __future__ import annotations

from bulk_register.commands.terminal.console import print_result
from bulk_register.commands.terminal.progress import report_wait
from bulk_register.commands.terminal.text import table
from bulk_register.errors import InputError
from bulk_register.run import connection_of
from bulk_register.settings import Settings
from bulk_register.startexam import StartExam

STATUSES = ("active", "archive", "deleted")  # API page "Get Tests"


def tests(settings: Settings, status: str | None) -> int:
    """List the account's tests."""
    if status not in (None, *STATUSES):
        raise InputError(f"--status is '{status}': it must be {', '.join(STATUSES[:-1])} or {STATUSES[-1]}.")
    found = StartExam(connection_of(settings), report_wait).tests()
    shown = [test for test in found if status in (None, test.status)]
    if not shown:
        print_result("StartExam has no tests in this account." if status is None else f"No test is {status}.")
        return 0
    rows = [
        ("TITLE", "IDENTIFIER", "STATUS"),
        *((test.title, test.identifier, test.status) for test in shown),
    ]
    print_result(table(rows))
    return 0
