"""How long a run takes, as arithmetic: what docs/scale.md rests on."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

MAX_BATCH = 500
LATENCIES = (0.05, 0.1, 0.5, 2.0)  # seconds
CREWS = (1, 4, 8, 16, 32)


@dataclass(frozen=True)
class Machine:
    """What a run costs on one machine beside waiting for the service, in seconds."""

    start: float  # of a run of no rows at all
    row: float  # reading and planning, for each row
    request: float  # the processor's part of a request, its answer and its rows of the output: one at a time

    def __str__(self) -> str:
        row, request = self.row * 1e6, self.request * 1e3
        return f"{self.start:.1f} s to start, {row:.1f} µs a row, {request:.1f} ms a request"


def run_seconds(rows: int, latency: float, workers: int, machine: Machine, batch: int = MAX_BATCH) -> float:
    """Return how long a run takes.

    The first batch goes alone; the others go in waves of `workers`, unless the processor's part of each is
    what takes longest. Reading comes before; the output is written beside sending.
    """
    batches = math.ceil(rows / batch)
    if not batches:
        return machine.start
    alone = latency + machine.request
    waves = math.ceil((batches - 1) / workers)
    return machine.start + rows * machine.row + alone + max(waves * alone, (batches - 1) * machine.request)


def rows_per_minute(rows: int, latency: float, workers: int, machine: Machine) -> float:
    """Return how many rows a run of this size gets through in a minute."""
    return rows * 60 / run_seconds(rows, latency, workers, machine)


def workers_for(requests_per_second: float, latency: float) -> int:
    """Return how many workers a rate limit keeps busy (Little's law: L = λW); more of them only meet 429."""
    return max(1, math.floor(requests_per_second * latency))


def machine_of(start: float, rows: int, profile: Mapping[str, Any]) -> Machine:
    """Return a machine from a small run's CPU seconds and the profile (see `phases`) of a large one.

    What the processor does while requests are under way is theirs.
    """
    cpu: Mapping[str, float] = profile["cpu"]
    local = sum(
        seconds for phase, seconds in cpu.items() if not phase.startswith(("send", "ledger", "write"))
    )
    requests = math.ceil(rows / MAX_BATCH)
    return Machine(start, local / rows, (profile["cpu_seconds"] - start - local) / requests)


def grid(rows: int, machine: Machine) -> str:
    """Return the rows per minute of runs of this size as a Markdown table, by latency and workers."""
    lines = ["| a request takes | " + " | ".join(f"{pool} workers" for pool in CREWS) + " |"]
    lines.append("| --- |" + " --- |" * len(CREWS))
    for latency in LATENCIES:
        speeds = (rows_per_minute(rows, latency, pool, machine) for pool in CREWS)
        lines.append(
            f"| {latency:g} s | " + " | ".join(f"{round(speed, -2):,.0f}" for speed in speeds) + " |"
        )
    return "\n".join(lines).replace("| 1 workers", "| 1 worker")


def comparison(points: Sequence[tuple[int, float, int, float]], machine: Machine) -> str:
    """Return measured runs beside the model's, as a Markdown table."""
    lines = ["| a request takes | workers | measured | modelled |", "| --- | --- | --- | --- |"]
    for rows, latency, workers, seconds in points:
        modelled = run_seconds(rows, latency, workers, machine)
        lines.append(f"| {latency:g} s | {workers} | {seconds:.1f} s | {modelled:.1f} s |")
    return "\n".join(lines)
