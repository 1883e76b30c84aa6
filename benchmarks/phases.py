"""Runs `bulk-register` with a stop-watch at the doors of its rooms, changing nothing of it.

`python -m benchmarks.phases RESULT.json run ROSTER ...` writes wall and CPU seconds of each door to
RESULT.json. Time inside a door that another door opens counts for the inner one only; CPU is that of the
thread that went through.
"""

from __future__ import annotations

import functools
import json
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

STARTED = time.perf_counter()

_LEDGER = (
    *("__init__", "__exit__", "known", "last_roster", "has_registrations", "holders", "begin", "resume"),
    *("sent", "settled", "left", "finish", "delivered", "delivery"),
)
# phase: where its doors are
DOORS: dict[str, tuple[str, ...]] = {
    "read": ("bulk_register.roster:read_roster",),
    "prepare output": ("bulk_register.output:plan_output",),
    "plan": ("bulk_register.plan:make_plan",),
    "send": ("bulk_register.sending:send",),
    "write, beside sending": (
        "bulk_register.output.excel.in_place:InPlaceWorkbook.write",
        "bulk_register.output.excel.new_workbook:NewWorkbook.write",
        "bulk_register.output.delimited.writer:DelimitedText.write",
    ),
    "write: waiting for answers": ("bulk_register.run.early_output:_SettledResults.texts",),
    "place": ("bulk_register.output.delivery:_place",),
    "ledger": (
        *(f"bulk_register.ledger:Ledger.{method}" for method in _LEDGER),
        "bulk_register.ledger.sqlite_store:SqliteStore._commit",
    ),
}


class Watch:
    """Adds up the time spent behind doors, by phase."""

    def __init__(self) -> None:
        self.wall: dict[str, float] = defaultdict(float)
        self.cpu: dict[str, float] = defaultdict(float)
        self.calls: dict[str, int] = defaultdict(int)
        self._open = threading.local()

    def around(self, phase: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """The function with the watch running while it does."""

        @functools.wraps(function)
        def watched(*args: Any, **kwargs: Any) -> Any:
            outer: list[float] | None = getattr(self._open, "inner", None)
            inner = self._open.inner = [0.0, 0.0]
            wall, cpu = time.perf_counter(), time.thread_time()
            try:
                return function(*args, **kwargs)
            finally:
                wall, cpu = time.perf_counter() - wall, time.thread_time() - cpu
                self.wall[phase] += wall - inner[0]
                self.cpu[phase] += cpu - inner[1]
                self.calls[phase] += 1
                self._open.inner = outer
                if outer is not None:
                    outer[0] += wall
                    outer[1] += cpu

        return watched


def watch_doors(watch: Watch) -> None:
    """Put the watch at every door, wherever in the package it is known by name."""
    for phase, doors in DOORS.items():
        for door in doors:
            module_name, _, path = door.partition(":")
            owner: Any = import_module(module_name)
            *classes, name = path.split(".")
            for one in classes:
                owner = getattr(owner, one)
            function = getattr(owner, name)
            watched = watch.around(phase, function)
            if classes:
                setattr(owner, name, watched)
                continue
            for module in [m for key, m in sys.modules.items() if key.startswith("bulk_register")]:
                for known, value in list(vars(module).items()):
                    if value is function:
                        setattr(module, known, watched)


def main(result: str, words: list[str]) -> None:
    """Run the command line and write the times down."""
    from bulk_register import cli  # from here on the imports are timed

    for room in ("bulk_register.run", "bulk_register.commands.run"):
        import_module(room)
    imported = time.perf_counter() - STARTED
    watch = Watch()
    watch_doors(watch)
    sys.argv = ["bulk-register", *words]
    try:
        cli.main()
    finally:
        whole = time.perf_counter() - STARTED
        phases = {"import": imported, **watch.wall}
        found = {
            "seconds": whole,
            "cpu_seconds": time.process_time(),
            "phases": phases,
            "cpu": dict(watch.cpu),
            "calls": dict(watch.calls),
            "elsewhere": whole - sum(phases.values()),
        }
        Path(result).write_text(json.dumps(found, indent=1))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
