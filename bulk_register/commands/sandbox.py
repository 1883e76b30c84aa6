"""`sandbox`: StartExam's local stand-in as a server."""

from __future__ import annotations

import sys

from bulk_register.commands.terminal.console import print_result
from bulk_register.errors import InputError
from bulk_register.language import _
from bulk_register.sandbox import DEMO_CENTER, DEMO_TESTS, Account, Behaviour, Sandbox
from bulk_register.sandbox import serve as serve_sandbox


def serve(port: int, latency: float, fail_rate: float, seed: int | None) -> int:
    """Serve until Ctrl-C; raises InputError where the port is taken."""
    behaviour = Behaviour(latency_seconds=latency, fail_rate=fail_rate, seed=seed)
    try:
        serve_sandbox(behaviour, Account(any_center=True, any_test=True), port=port, started=_introduce)
    except OSError as error:
        raise InputError(
            _(
                "Port {port} can't be used ({strerror}). Name another with --port.",
                port=port,
                strerror=error.strerror,
            )
        ) from None
    return 0


def _introduce(sandbox: Sandbox) -> None:
    word = "set" if sys.platform == "win32" else "export"
    print_result(
        _(
            "StartExam's stand-in listens at {base_url}. Ctrl-C ends it. In another terminal:\n\n  "
            "{word} STARTEXAM_ACCOUNT_ID={account_id}\n  {word} STARTEXAM_SECRET_KEY={secret_key}\n  "
            "bulk-register run ROSTER --base-url {base_url} --center {demo_center} --test {test_id} "
            "--valid-till +10d --ledger sandbox-ledger.sqlite3\n",
            base_url=sandbox.base_url,
            word=word,
            account_id=sandbox.account_id,
            secret_key=sandbox.secret_key,
            demo_center=DEMO_CENTER,
            test_id=DEMO_TESTS[0].test_id,
        )
    )
