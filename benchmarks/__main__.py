"""Makes rosters, races bulk-register against the script and the floor, and tells which targets are met.

Everything is kept under build/bench/: the rosters, results.json and growth.svg. Sections that aren't
measured this time keep their earlier results.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks import chart, model, table
from benchmarks.database import ABSENT, Databases
from benchmarks.race import ROOT, Contestant, Sandbox, Times, race

FOLDER = ROOT / "build" / "bench"
RESULTS = FOLDER / "results.json"
LEDGER = FOLDER / "ledger.sqlite3"
PROGRAM = (sys.executable, "-m", "bulk_register")
SECTIONS = ("small", "main", "known", "ledger", "database", "page", "phases", "growth", "scale")
SIZES = (1_000, 10_000, 100_000, 1_000_000)
QUICK_SIZES = (300, 1_000, 10_000)
SCALE_ROWS = 25_000  # 50 batches
PROFILE = "phases 1,000,000-row CSV"
SCALE_TOP = 100_000  # rows that the table of rows per minute is for
SCALE_POINTS = (
    (0.05, 1),
    (0.05, 8),
    (0.1, 4),
    (0.1, 8),
    (0.1, 32),
    (0.5, 4),
    (0.5, 16),
    (2.0, 16),
    (2.0, 32),
)


def main() -> int:
    """Measure, store and tell; returns 1 if a target is missed."""
    asked = _arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that no sandbox is left running
    FOLDER.mkdir(parents=True, exist_ok=True)
    results = json.loads(RESULTS.read_text()) if RESULTS.exists() and not asked.quick else {"sections": {}}
    results |= {"date": date.today().isoformat(), "machine": _machine()}
    sections: dict[str, Any] = results["sections"]
    bench = Bench(asked.rounds, asked.patience, QUICK_SIZES if asked.quick else SIZES)
    for name in asked.only or SECTIONS[:-1]:
        say(f"{name}:")
        sections |= getattr(bench, name)()
        target = FOLDER / "quick.json" if asked.quick else RESULTS
        target.write_text(json.dumps(results, indent=1))
    if all(f"growth {kind}" in sections for kind in ("CSV", "XLSX")):
        (FOLDER / "growth.svg").write_text(_growth_charts(sections))
    found = table.lines(sections)
    say(f"\n{results['machine']}, {results['date']}\n\n{table.as_text(found)}")
    say(_medians(sections))
    say(_phases(sections))
    if PROFILE in sections and "growth CSV" in sections:
        say(_scale(sections))
    if asked.quick:
        say("\nThe targets are for 100,000 rows and more; this was a try.")
    return int(any(one.met is False for one in found) and not asked.quick)


def say(words: str) -> None:
    """Tell the person who waits."""
    sys.stdout.write(words + "\n")
    sys.stdout.flush()


class Bench:
    """The sections, each of which returns what it measured."""

    def __init__(self, rounds: int, patience: float, sizes: Sequence[int]) -> None:
        self._rounds = rounds
        self._patience = patience
        self._sizes = sizes
        self._main_rows = min(100_000, sizes[-1])

    def _race(self, contestants: Sequence[Contestant], rounds: int) -> dict[str, Times]:
        return race(contestants, rounds, say, self._patience)

    def small(self) -> dict[str, Any]:
        """A small roster and --help, beside bare imports."""
        with _sandbox(0) as service:
            found = self._race(
                [
                    Contestant("python", [sys.executable, "-c", "pass"]),
                    Contestant("--help", [*PROGRAM, "--help"]),
                    Contestant("imports", [sys.executable, "-c", "import pandas, requests"]),
                    _ours(service, roster(300, ".xlsx"), "small.xlsx"),
                ],
                max(5, self._rounds),
            )
        return {"small": _plain(found)}

    def main(self) -> dict[str, Any]:
        """The roster of the targets against the floor and the script; also as openpyxl writes it."""
        with _sandbox(0.1) as service:
            overhead = service.probe()
            say(f"  the sandbox's own cost: {overhead * 1000:.1f} ms a request")
            found = self._race(
                [
                    _ours(service, roster(self._main_rows, ".xlsx"), "main.xlsx"),
                    _floor(service, roster(self._main_rows, ".xlsx")),
                    _script(service, roster(self._main_rows, ".xlsx")),
                    _ours(service, roster(self._main_rows, ".inline.xlsx"), "inline.xlsx", " (inline)"),
                    _floor(service, roster(self._main_rows, ".inline.xlsx"), " (inline)"),
                ],
                self._rounds,
            )
        facts = {"rows": self._main_rows, "sandbox_seconds_a_request": overhead}
        return {"main": {**_plain(found), **facts}}

    def known(self) -> dict[str, Any]:
        """A second run with the ledger of the first, beside reading and writing alone."""
        report = FOLDER / "second.json"
        with _sandbox(0.1) as service:
            first = _ours(service, roster(self._main_rows, ".xlsx"), "main.xlsx")
            self._race([first], 1)
            second = Contestant("second run", [*first.words, "--report", str(report)])
            found = self._race(
                [
                    second,
                    Contestant(
                        "export", [*PROGRAM, "export", "--ledger", str(LEDGER), "-o", str(FOLDER / "e.xlsx")]
                    ),
                    _floor(service, roster(self._main_rows, ".xlsx"), " without requests", url="-"),
                ],
                self._rounds,
            )
        requests = json.loads(report.read_text())["requests"]
        return {"known": {**_plain(found), "requests": requests}}

    def ledger(self) -> dict[str, Any]:
        """Runs with a ledger and without one, side by side."""
        found: dict[str, Any] = {}
        for name, (latency, path, output) in self._profiled().items():
            with _sandbox(latency) as service:
                ours = _ours(service, path, output)
                words = [sys.executable, "-m", "benchmarks.unledgered", *ours.words[len(PROGRAM) :]]
                without = Contestant("without ledger", words, ours.before)
                found[f"ledger {name}"] = _plain(self._race([ours, without], self._rounds))
        return found

    def database(self) -> dict[str, Any]:
        """The main run with the ledger in a file, in a local PostgreSQL, and in one behind a slow network."""
        with Databases() as databases, _sandbox(0.1) as service:
            if not databases.addresses:
                say(f"  skipped: {ABSENT}.")
                return {}
            ours = _ours(service, roster(self._main_rows, ".xlsx"), "main.xlsx")
            others = databases.contestants(ours, LEDGER)
            found = self._race([ours, *others], self._rounds)
        return {"database": {**_plain(found), "rows": self._main_rows}}

    def page(self) -> dict[str, Any]:
        """The page's answers while it reads the roster of the targets; the longest of every round."""
        found: dict[str, Any] = {"rows": self._main_rows}
        for kind in ("CSV", "XLSX"):
            path = roster(self._main_rows, f".{kind.lower()}")
            words = [sys.executable, "-m", "benchmarks.page", str(path)]
            found[kind] = [
                max(json.loads(subprocess.run(words, check=True, capture_output=True, cwd=ROOT).stdout))  # noqa: S603
                for _ in range(self._rounds)
            ]
            say(f"  {kind}: " + ", ".join(f"{seconds * 1000:.0f} ms" for seconds in found[kind]))
        return {"page": found}

    def _profiled(self) -> dict[str, tuple[float, Path, str]]:
        """The runs that are looked into: latency, roster and output."""
        cases = {"main": (0.1, roster(self._main_rows, ".xlsx"), "main.xlsx")}
        if self._sizes[-1] == SIZES[-1]:
            cases["1,000,000-row CSV"] = (0.0, roster(SIZES[-1], ".csv"), "top.csv")
        return cases

    def phases(self) -> dict[str, Any]:
        """Where the time goes, by a stop-watch at the rooms' doors."""
        found: dict[str, Any] = {}
        for name, (latency, path, output) in self._profiled().items():
            with _sandbox(latency) as service:
                ours = _ours(service, path, output)
                times = FOLDER / "phases.json"
                words = [sys.executable, "-m", "benchmarks.phases", str(times), *ours.words[len(PROGRAM) :]]
                runs = []
                for _ in range(self._rounds if name == "main" else 1):
                    self._race([Contestant(f"phases {name}", words, ours.before)], 1)
                    runs.append(json.loads(times.read_text()))
            found[f"phases {name}"] = {"runs": runs}
        return found

    def growth(self) -> dict[str, Any]:
        """Time and memory over rows, no service delay, ledger on; output of the roster's own kind."""
        found: dict[str, Any] = {}
        with _sandbox(0) as service:
            for kind in ("CSV", "XLSX"):
                suffix = f".{kind.lower()}"
                contestants = [
                    _ours(service, roster(size, suffix), f"growth{suffix}", f" {size}")
                    for size in self._sizes
                ]
                times = self._race(contestants, self._rounds)
                walls = [times[one.name] for one in contestants]
                found[f"growth {kind}"] = dict(zip(map(str, self._sizes), map(asdict, walls), strict=True))
        return found

    def scale(self) -> dict[str, Any]:
        """A few points of latency and workers, beside the model of docs/scale.md."""
        points: list[tuple[int, float, int, float]] = []
        for latency, workers in SCALE_POINTS:
            with _sandbox(latency) as service:
                ours = _ours(service, roster(SCALE_ROWS, ".csv"), "scale.csv", f" {latency} s", workers)
                seconds = self._race([ours], self._rounds)[ours.name].seconds
            points.append((SCALE_ROWS, latency, workers, seconds))
        return {"scale": {"points": points}}


def roster(rows: int, suffix: str) -> Path:
    """Return a roster of this size, made by another process if it is not there: this one stays small."""
    path = FOLDER / f"staff-{rows}{suffix}"
    if not path.exists():
        subprocess.run([sys.executable, "-m", "benchmarks.rosters", str(path)], check=True, cwd=ROOT)  # noqa: S603
    return path


def _sandbox(latency: float) -> Sandbox:
    return Sandbox(PROGRAM, latency)


def _ours(service: Sandbox, path: Path, output: str, label: str = "", workers: int = 8) -> Contestant:
    os.environ |= service.environment
    target = FOLDER / f"out-{output}"
    words = [
        *PROGRAM,
        "run",
        str(path),
        "-o",
        str(target),
        "--ledger",
        str(LEDGER),
        "--workers",
        str(workers),
    ]
    words += ["--base-url", service.url, "--center", service.center, "--test", service.test]
    return Contestant(f"bulk-register{label}", [*words, "--valid-till", "+10d", "-y", "-q"], _cleared(target))


def _floor(service: Sandbox, path: Path, label: str = "", url: str = "") -> Contestant:
    output = FOLDER / "out-floor.xlsx"
    words = [sys.executable, "-m", "benchmarks.floor", str(path), str(output), url or service.url]
    words += [service.account, service.key, service.center, service.test, "8"]
    return Contestant(f"floor{label}", words, lambda: output.unlink(missing_ok=True))


def _script(service: Sandbox, path: Path) -> Contestant:
    output = FOLDER / "out-script.xlsx"
    words = [sys.executable, "-m", "benchmarks.script", str(path), str(output), service.url]
    words += [service.account, service.key, service.center, service.test]
    return Contestant("script", words, lambda: output.unlink(missing_ok=True))


def _cleared(output: Path) -> Callable[[], None]:
    def clear() -> None:
        for path in (output, *LEDGER.parent.glob(f"{LEDGER.name}*")):
            path.unlink(missing_ok=True)

    return clear


def _plain(found: dict[str, Times]) -> dict[str, Any]:
    return {name: asdict(times) for name, times in found.items()}


def _machine() -> str:
    cpu = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists():
        names = [line.split(":")[1].strip() for line in info.read_text().splitlines() if "model name" in line]
        cpu = names[0] if names else cpu
    return f"{os.cpu_count()} cores ({cpu}), {platform.system()}, Python {platform.python_version()}"


def _growth_charts(sections: dict[str, Any]) -> str:
    def series(key: str) -> dict[str, list[tuple[float, float]]]:
        return {
            kind: [(float(size), median(times[key])) for size, times in sections[f"growth {kind}"].items()]
            for kind in ("CSV", "XLSX")
        }

    return chart.page(
        [
            chart.chart("Seconds of a whole run", "s", series("wall")),
            chart.chart("Peak memory", "MB", series("peak")),
        ]
    )


def _phases(sections: dict[str, Any]) -> str:
    """Return wall and CPU seconds by phase, of the profiled run with the least wall time."""
    lines = []
    for name in [name for name in sections if name.startswith("phases ")]:
        best = min(sections[name]["runs"], key=lambda one: one["seconds"])
        lines += ["", f"| {name.removeprefix('phases ')} | wall | CPU |", "| --- | --- | --- |"]
        for phase, seconds in best["phases"].items():
            cpu = f"{best['cpu'][phase]:.2f} s" if phase in best["cpu"] else ""
            lines.append(f"| {phase} | {seconds:.2f} s | {cpu} |")
        lines.append(f"| the whole process | {best['seconds']:.2f} s | {best['cpu_seconds']:.2f} s |")
    return "\n".join(lines)


def _scale(sections: dict[str, Any]) -> str:
    start = table.typical(sections["growth CSV"][str(SIZES[0])], "cpu")
    machine = model.machine_of(start, SIZES[-1], sections[PROFILE]["runs"][0])
    points = sections.get("scale", {}).get("points", [])
    heading = f"Rows per minute, {SCALE_TOP:,} rows, {machine}:"
    return f"\n{model.comparison(points, machine)}\n\n{heading}\n\n{model.grid(SCALE_TOP, machine)}"


def _medians(sections: dict[str, Any]) -> str:
    lines = ["", "| section | what | median | best | CPU | peak |", "| --- | --- | --- | --- | --- | --- |"]
    for section, found in sections.items():
        for name, times in found.items():
            if isinstance(times, dict) and "wall" in times:
                seconds = (table.typical(times, "wall"), min(times["wall"]), table.typical(times, "cpu"))
                words = " | ".join(f"{one:.2f} s" for one in seconds)
                lines.append(f"| {section} | {name} | {words} | {median(times['peak']):,.0f} MB |")
    return "\n".join(lines)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="1,000 and 10,000 rows only, to try it out")
    parser.add_argument("--rounds", type=int, default=3, help="runs of each contestant (3)")
    words = "seconds that a run waits for a calm machine (60)"
    parser.add_argument("--patience", type=float, default=60, help=words)
    parser.add_argument("--only", action="append", choices=SECTIONS, help="a section alone; repeat")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
