"""What happens once a run has ended, however it did: its metrics, and with a failure the command for that.

Neither changes the exit code: what goes wrong here is a warning.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bulk_register.commands.terminal.failure_command import run_failure_command
from bulk_register.commands.terminal.invocation import Invocation
from bulk_register.commands.terminal.streams import json_text
from bulk_register.language import _


def conclude(invocation: Invocation, code: int) -> None:
    """Write the metrics of a command that ends with this code, and run what is wanted after a failure."""
    if "metrics" not in invocation.flags:
        return
    metrics, command = _wanted(invocation, "metrics"), _wanted(invocation, "on_failure")
    if metrics:
        _write_metrics(Path(metrics), invocation, code)
    if command and code:
        run_failure_command(command, json_text(invocation.content(code), indent=2), invocation)


def _wanted(invocation: Invocation, name: str) -> str:
    """Return what a setting says, "" for nothing and for what can't be used, which was told before.

    A trial doesn't count as the night's run, unless the trial's own command line says so.
    """
    from bulk_register.settings import SETTINGS, first_given  # not needed for --help

    trial = invocation.flags.get("sandbox") or invocation.flags.get("dry_run")
    said: Any = invocation.flags.get(name) if trial else first_given(invocation.flags, name)[0]
    try:
        return str(SETTINGS[name].kind.check(Path(said) if name == "metrics" else said)) if said else ""
    except ValueError:
        return ""


def _write_metrics(path: Path, invocation: Invocation, code: int) -> None:
    from bulk_register.output.delivery import write_text  # not needed for --help
    from bulk_register.paths import real_path  # as above
    from bulk_register.run.metrics import LastRun, metrics_text, read_earlier  # pandas is slow to load

    finished, about = invocation.finished, invocation.about
    retry = finished.retry if finished and not invocation.error else invocation.retry
    try:
        earlier = read_earlier(real_path(path))
        named = invocation.flags.get("roster") or earlier.labels.get("roster") or about["roster"] or ""
        labels = {"center": about["center"] or "", "profile": about["profile"] or ""}
        labels["roster"] = Path(named).name
        run = LastRun(invocation.started, datetime.now(UTC), code, retry, labels, finished)
        write_text(metrics_text(run, earlier), path, mode=0o644)  # whoever collects them may read them
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        invocation.warn(_("The metrics can't be written to {path} ({reason}).", path=path, reason=reason))
