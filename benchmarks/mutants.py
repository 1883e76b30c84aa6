"""Changes one point of the program at a time and tells which of these changes the related tests don't notice.

`python -m benchmarks.mutants [ROOM ...]` takes a sample of mutmut's mutants of each room, the same one each
time, and leaves what mutmut says under build/mutants/. What changes nothing but the words of a message is
no mutant here. docs/mutants.md holds the last results.
"""

from __future__ import annotations

import argparse
import ast
import json
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import chdir
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

from mutmut.configuration import reset_config
from mutmut.mutation.file_mutation import mutate_file_contents
from mutmut.stats import status_by_exit_code
from mutmut.utils.format_utils import get_mutant_name

from benchmarks.race import ROOT

FOLDER = ROOT / "build" / "mutants"
COPIED = ("bulk_register", "tests", "benchmarks", "docs", "recipes", "sample_data", "README.md", "Makefile")
MUTMUT = (sys.executable, "-m", "mutmut")
NOTICED = ("killed", "timeout", "segfault", "caught by type check")
TARGET_PERCENT = 90
SENTENCE = 3  # so many words are a message, or SQL, whose mutants are no SQL any more or mean the same

# programs that the tests start don't tell which functions they come through: they have no such list
CHILDREN = """import os
if os.environ.get("MUTANT_UNDER_TEST") == "stats":
    os.environ["MUTANT_UNDER_TEST"] = ""
"""


@dataclass(frozen=True)
class Room:
    """Files that are changed, and those with the tests that should notice it."""

    files: tuple[str, ...]
    tests: tuple[str, ...]


@dataclass(frozen=True)
class Mutant:
    """A changed function, by mutmut's name for it."""

    name: str
    file: str


RESULTS = ("run/test_report", "run/test_early_output")
ROOMS = {
    "scheduling": Room(
        tuple(
            f"sending/{name}"
            for name in ("scheduler", "confirmations", "probing", "stopping", "unmatched_batches")
        ),
        ("sending/test_scheduler", "sending/test_scheduler_property"),
    ),
    "matching": Room(("sending/matching",), ("sending/test_matching", "sending/test_contradictions")),
    "sending": Room(
        tuple(f"sending/{name}" for name in ("send", "recorder", "workers", "outbox", "clock_change")),
        (
            "sending/test_send",
            "sending/test_contradictions",
            "run/test_service_faults",
            "run/test_wrong_clock",
        ),
    ),
    "ledger": Room(
        (
            "ledger/ledger*",
            "ledger/record_store",
            "ledger/checksums",
            "ledger/lookups",
            "ledger/participant_index",
        ),
        (
            "ledger/test_ledger",
            "ledger/test_runs_apart",
            "ledger/test_damage",
            "sending/test_contradictions",
            "run/test_later_runs",
            "run/test_earlier_runs",
        ),
    ),
    "results": Room(("output/results",), (*RESULTS, "run/test_library")),
    "early-output": Room(("run/early_output",), RESULTS),
    "delivery": Room(
        ("output/delivery", "run/finish"),
        (
            "output/test_delivery",
            "run/test_unwritable_output",
            "run/test_later_runs",
            "run/test_earlier_runs",
        ),
    ),
    "records": Room(
        ("records/*",), ("test_plan", "sending/test_matching", "sending/test_scheduler", *RESULTS)
    ),
    "identifiers": Room(
        ("roster/employees/*",),
        tuple(
            f"roster/test_{name}"
            for name in ("employees", "identifiers", "row_kinds", "columns", "doubts", "cases")
        ),
    ),
    "verify": Room(("verify/*",), ("commands/test_verify", "run/test_answer_order")),
}


def main() -> int:
    """Try the rooms that are asked for; returns 1 where too few mutants are noticed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.mutants")
    parser.add_argument("rooms", nargs="*", metavar="ROOM", help=f"of {', '.join(ROOMS)}; all by default")
    parser.add_argument("--sample", type=int, default=40, help="mutants of each room")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    if unknown := [name for name in asked.rooms if name not in ROOMS]:
        parser.error(f"there is no room {', '.join(unknown)}")
    noticed = tried = 0
    for name in asked.rooms or ROOMS:
        missed, count = try_room(name, asked.sample, asked.seed)
        noticed, tried = noticed + count - len(missed), tried + count
        say(f"{name}: {count - len(missed)} of {count} noticed")
        for report in missed:
            say(report)
    say(f"all: {noticed} of {tried} noticed, {100 * noticed / tried:.0f} percent")
    return 0 if 100 * noticed >= TARGET_PERCENT * tried else 1


def try_room(name: str, sample: int, seed: int) -> tuple[list[str], int]:
    """Run the related tests against a sample of a room's mutants; returns those missed, and how many ran."""
    folder = prepare(name)
    with chdir(folder):
        reset_config()
        mutants = [
            mutant for file in files_of("bulk_register", ROOMS[name].files) for mutant in mutants_of(file)
        ]
        random.Random(seed).shuffle(mutants)  # noqa: S311 - the same order each time
        chosen = mutants[:sample]
        with Path("mutmut.log").open("w") as log:
            command = [*MUTMUT, "run", "--max-children", str(os.cpu_count()), *(one.name for one in chosen)]
            ended = subprocess.run(command, stdout=log, stderr=subprocess.STDOUT).returncode  # noqa: S603
        if ended:
            sys.exit(f"{name}: the tests must pass before anything is changed; see {folder / 'mutmut.log'}")
        missed = [shown(mutant) for mutant in chosen if status_of(mutant) not in NOTICED]
    return missed, len(chosen)


def prepare(name: str) -> Path:
    """Make a copy of the project in which mutmut works, with its settings for a room."""
    folder = FOLDER / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for item in COPIED:
        copy = shutil.copytree if (ROOT / item).is_dir() else shutil.copy2
        copy(ROOT / item, folder / item)
    (folder / "sitecustomize.py").write_text(CHILDREN)
    settings = {
        "source_paths": ["bulk_register"],
        "only_mutate": [f"bulk_register/{file}.py" for file in ROOMS[name].files],
        "also_copy": [*COPIED, "sitecustomize.py"],
        "pytest_add_cli_args_test_selection": files_of("tests", ROOMS[name].tests),
        "timeout_multiplier": 4.0,
        "timeout_constant": 5.0,
        "use_git_change_detection": False,
    }
    lines = [f"{key} = {json.dumps(value)}" for key, value in settings.items()]
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    text = "\n".join([project, "[tool.mutmut]", *lines, ""])
    (folder / "pyproject.toml").write_text(text, encoding="utf-8")
    return folder


def files_of(folder: str, names: Iterable[str]) -> list[str]:
    """Return the files of these names or patterns, from the project's folder; ends where one has none."""
    found: set[Path] = set()
    for name in names:
        matching = set((ROOT / folder).glob(f"{name}.py"))
        if not matching:
            sys.exit(f"there is no {folder}/{name}.py any more: name the room's files anew")
        found |= matching
    return sorted(str(path.relative_to(ROOT)) for path in found)


def mutants_of(file: str) -> Iterator[Mutant]:
    """Return a file's mutants, but for those that change the words of a message only."""
    mutated = mutate_file_contents(file, Path(file).read_text(encoding="utf-8"))
    lines = mutated.code.splitlines()
    spans = mutated.line_span_by_function_name
    shapes = {name: shape("\n".join(lines[span.start - 1 : span.end])) for name, span in spans.items()}
    for name in mutated.mutant_names:
        if shapes[name] != shapes[f"{name.partition('__mutmut_')[0]}__mutmut_orig"]:
            yield Mutant(get_mutant_name(Path(file), name), file)


def shape(function: str) -> str:
    """Return what a function does, as text without the words of its messages."""
    tree = ast.parse(dedent(function))
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            node.name = node.name.partition("__mutmut_")[0]
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            node.value = "words" if len(node.value.split()) >= SENTENCE else node.value
    return ast.dump(tree)


def status_of(mutant: Mutant) -> str:
    """Return what became of a mutant, in mutmut's words."""
    told = json.loads(Path("mutants", f"{mutant.file}.meta").read_text(encoding="utf-8"))
    return str(status_by_exit_code[told["exit_code_by_key"][mutant.name]])


def shown(mutant: Mutant) -> str:
    """Return a mutant as a difference, with what became of it."""
    command = [*MUTMUT, "show", mutant.name]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout  # noqa: S603


def say(text: str) -> None:
    """Tell whoever waits."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
