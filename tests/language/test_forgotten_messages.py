"""A language made by the test puts every message in brackets: what people read outside them was forgotten."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
import typer
from openpyxl import load_workbook

from bulk_register.cli import app
from bulk_register.sandbox import DEMO_PROFILE, Behaviour, Sandbox
from tests.support.program import ROOT, Ended, account, clean, exam
from tests.support.terminal import ESCAPES
from translations import messages

LANGUAGE = "eo"  # a catalog is all that makes a language, so one that is none of ours will do
COMMANDS = sorted(typer.main.get_group(app).commands)
# what stays as it is: commands, files, flags, settings, codes, names, StartExam's words, the roster's cells
KEPT = re.compile(
    r"(python -m )?bulk[-_]register( [a-z]+)?( move| backup)?|\S*[./\\]\S*|--?[a-z][\w-]*"
    r"|\b[A-Z][A-Z_]+\b|\w+_\w+"
    r"|StartExam|Excel|Python|Linux|pandas|openpyxl|python|requests|tenacity|pydantic|typer|rich|keyring"
    r"|text\|json|active|archive|deleted|rnu|extra|\b(?:center|tests):|moscow|demo-center|\bdemo\b"
    r"|Workplace safety|last year|Information security|Пожарная безопасность|Onboarding survey"
    r"|Employee is not found|Employee ID|Name|Invented|Anna|Boris|Clara|Dora|Unknown"
)


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the program that knows one more language."""
    home = tmp_path_factory.mktemp("package")
    shutil.copytree(ROOT / "bulk_register", home / "bulk_register", ignore=shutil.ignore_patterns("*.pyc"))
    path = home / "bulk_register" / "language" / "locale" / LANGUAGE / "LC_MESSAGES" / "bulk_register.po"
    path.parent.mkdir(parents=True)
    path.touch()
    messages.update(path)  # an empty file is where a translator begins
    catalog = messages.read_catalog(path)
    for message in catalog:
        if message.id:
            plain = [message.id] if isinstance(message.id, str) else message.id
            told = tuple(f"⟦{text}⟧" for text in plain)
            message.string = told if len(told) > 1 else told[0]
    messages.write_catalog(path, catalog)
    messages.compile_catalog(path)
    return home


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(Behaviour(unknown={"E4"}, seed=3)) as sandbox:
        yield sandbox


def say(package: Path, folder: Path, words: list[str], environ: Mapping[str, str]) -> Ended:
    done = subprocess.run(
        [sys.executable, "-m", "bulk_register", *words],
        cwd=folder,
        env=clean({"BULK_REGISTER_LANGUAGE": LANGUAGE, **environ, "PYTHONPATH": str(package)}, folder),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
    )
    return Ended(done.returncode, done.stdout, done.stderr)


def outside(text: str) -> list[str]:
    """Return the words that stand in no brackets and are neither names nor codes."""
    text = ESCAPES.sub("", text)
    while (inner := re.sub(r"⟦[^⟦⟧]*⟧", " ", text)) != text:
        text = inner
    return re.findall(r"[^\W\d_]{3,}", KEPT.sub(" ", text))


def write_roster(folder: Path) -> None:
    people = ["E1,Anna Invented", "E2,Boris Invented", "E1,Anna Invented", ",Nobody", "E3,Clara", "E3,Dora"]
    lines = ["Employee ID,Name", *people, "E4,Unknown", "Total: 7,"]
    (folder / "staff.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_help_speaks_the_language_throughout(command: str, package: Path, folder: Path) -> None:
    ended = say(package, folder, [*command.split(), "--help"], {})
    assert ended.code == 0, ended
    names = set(COMMANDS) if not command else set()
    assert set(outside(ended.out + ended.err)) == names, ended.out


def test_commands_speak_the_language_throughout(package: Path, folder: Path, sandbox: Sandbox) -> None:
    write_roster(folder)
    settings = f'employee_profile = "{DEMO_PROFILE}"\n[fields]\n"First Name" = "Name"\n'
    (folder / "bulk_register.toml").write_text(settings, encoding="utf-8")
    flags = exam(sandbox)
    said = [
        ["check", "staff.csv"],
        ["check", "staff.csv", "-o", "fix.xlsx"],
        ["doctor", "--ledger", "ledger.db", "--base-url", sandbox.base_url],
        ["run", "staff.csv", *flags, "--dry-run"],
        ["run", "staff.csv", *flags, "--only-new", "mail.xlsx", "-v"],
        ["run", "staff.csv", *flags],
        ["run", "staff.csv", *flags, "--min-rows", "100"],
        ["rerun", "--ledger", "ledger.db", "--base-url", sandbox.base_url],
        ["history", "--ledger", "ledger.db"],
        ["history", "1", "--ledger", "ledger.db"],
        ["history", "99", "--ledger", "ledger.db"],
        ["history", "--forget", "1", "--ledger", "ledger.db"],
        ["export", "1", "--ledger", "ledger.db"],
        ["tests", "--base-url", sandbox.base_url],
        ["verify", "staff.registered.xlsx", "--ledger", "ledger.db"],
        ["sync", "staff.csv", *flags[-4:], "-y"],
        ["results", "staff.registered.xlsx", *flags[-4:]],
        ["ledger", "backup", "copy.db", "--ledger", "ledger.db"],
        ["ledger", "move", "ledger.db", "copy.db"],
        ["template", "new.xlsx"],
        ["init", "--yes"],
        ["run", "staff.csv", "--sandbox"],
        ["run", "nothing.csv", "--sandbox"],
        ["run", "staff.csv", "--valid-till", "yesterday"],
        ["run", "staff.csv", "--valid-til", "+10d"],
        ["run", "staff.csv", "--workers"],
        ["run", "staff.csv", "--workers", "many", "--timeout", "0", "--test", "no/test"],
        ["run", "staff.csv", "extra"],
        ["rnu"],
        ["run"],
    ]
    forgotten = []
    for words in said:
        ended = say(package, folder, words, account(sandbox))
        assert ended.code in (0, 1, 2), (words, ended)
        assert "⟦" in ended.out + ended.err, (words, ended)
        said_outside = outside(ended.out + ended.err)
        forgotten += [f"{words[0]}: {word}" for word in said_outside]
    assert not forgotten, "\n".join(sorted(set(forgotten)))


def test_an_output_speaks_the_language(package: Path, folder: Path, sandbox: Sandbox) -> None:
    write_roster(folder)
    say(package, folder, ["run", "staff.csv", *exam(sandbox)], account(sandbox))
    sheet = load_workbook(folder / "staff.registered.xlsx").worksheets[0]
    say(package, folder, ["template", "new.xlsx"], {})
    for cells in load_workbook(folder / "new.xlsx").worksheets[0].iter_rows(values_only=True):
        assert outside(" ".join(str(cell) for cell in cells if cell)) == [], cells
    headers, *rows = list(sheet.iter_rows(values_only=True))
    assert all(str(header).startswith("⟦") for header in headers[2:])
    for row in rows:
        assert outside(f"{row[5]} {row[6] or ''}") == [], row
