"""`sandbox`: StartExam's local stand-in as a server."""

from __future__ import annotations

import sys

from bulk_register.commands.terminal.console import print_result
from bulk_register.errors import InputError
from bulk_register.sandbox import DEMO_CENTER, DEMO_TESTS, Account, Behaviour, Sandbox
from bulk_register.sandbox import serve as serve_sandbox


def serve(port: int, latency: float, fail_rate: float, seed: int | None) -> int:
    """Serve until Ctrl-C; raises MendError where the port is taken."""
    behaviour = Behaviour(latency_seconds=latency, fail_rate=fail_rate, seed=seed)
    try:
        serve_sandbox(behaviour, Account(any_center=True, any_test=True), port=port, started=_introduce)
    except OSError as error:
        raise InputError(f"Port {port} can't be used ({error.strerror}). Name another with --port.") from None
    return 0


def _introduce(sandbox: Sandbox) -> None:
    word = "set" if sys.platform == "win32" else "export"
    print_result(
        f"StartExam's stand-in listens at {sandbox.base_url}. Ctrl-C ends it. In another terminal:\n\n"
        f"  {word} STARTEXAM_ACCOUNT_ID={sandbox.account_id}\n"
        f"  {word} STARTEXAM_SECRET_KEY={sandbox.secret_key}\n"
        f"  bulk-register run ROSTER --base-url {sandbox.base_url} --center {DEMO_CENTER} "
        f"--test {DEMO_TESTS[0].test_id} --valid-till +10d --ledger sandbox-ledger.sqlite3\n"
    )
