"""The program in each language: the same work, other words for people."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from openpyxl import load_workbook

from bulk_register.language import LANGUAGES
from bulk_register.sandbox import Behaviour, Sandbox
from tests.support.program import Ended, account, end, exam, start

RUSSIAN_HEADERS = [
    "Идентификатор участника",
    "Ссылка на экзамен",
    "Ссылка до",
    "Статус регистрации",
    "Примечание к регистрации",
]
# words that stay as they are: names, flags, codes, times
_CODES = re.compile(
    r"python -m bulk_register( run)?|rnu|extra|\brun\b|--?[\w-]+|[A-Z_]{2,}|\S*[./\\]\S*|StartExam|Excel"
    r"|JSON|CSV|Linux|Python|bulk[-_]\w+|https?\S+|[\w-]+\.\w+"
)


def run(folder: Path, *args: str, language: str = "en", **environ: str) -> Ended:
    return end(start(args, folder, {"BULK_REGISTER_LANGUAGE": language, **environ}))


def roster(folder: Path) -> Path:
    """Two who are fine, one of them twice, one without an identifier, two who contradict each other."""
    people = ["E1,Anna Invented", "E2,Boris Invented", "E1,Anna Invented", ",Nobody", "E3,Clara", "E3,Dora"]
    path = folder / "staff.csv"
    path.write_text("\n".join(["Employee ID,Name", *people, "E4,Unknown"]) + "\n", encoding="utf-8")
    return path


def share_of_cyrillic(text: str) -> float:
    words = re.findall(r"[^\W\d_]{3,}", _CODES.sub(" ", text))
    russian = [word for word in words if "\u0400" <= word[0] <= "\u04ff"]
    return len(russian) / len(words)


@pytest.fixture
def unknown() -> Sandbox:
    return Sandbox(Behaviour(unknown={"E4"}, seed=3))


@pytest.mark.parametrize(
    "command",
    [
        "--help",
        "run --help",
        "check --help",
        "rerun --help",
        "init --help",
        "verify --help",
        "history --help",
        "doctor",
        "history",
        "run staff.csv",
        "run nothing.csv --sandbox",
        "run staff.csv --sandbox",
        "check staff.csv",
        "verify staff.csv",
        "run staff.csv --valid-till yesterday",
        "rnu",
        "run staff.csv extra",
        "run --no-such-flag",
    ],
)
def test_what_a_person_reads_is_in_russian(command: str, folder: Path) -> None:
    roster(folder)
    ended = run(folder, *command.split(), language="ru")
    assert share_of_cyrillic(ended.out + ended.err) >= 0.8, ended


def test_a_run_differs_in_nothing_but_words(folder: Path, unknown: Sandbox) -> None:
    reports, logs, codes = [], [], []
    with unknown as sandbox:
        for language in LANGUAGES:
            place = folder / language
            place.mkdir()
            flags = exam(sandbox, "--report", "r.json", "--log-format", "json", "--language", language)
            ended = run(place, "run", str(roster(place)), *flags, **account(sandbox))
            codes.append(ended.code)
            reports.append(json.loads((place / "r.json").read_text(encoding="utf-8")))
            logs.append([json.loads(line) for line in ended.err.splitlines()])
    assert codes == [1, 1]
    for report in reports:
        for changing in ("started", "finished", "seconds", "roster", "output", "warnings"):
            del report[changing]
        notes = [problem.pop("note") for problem in report["problems"]]
        assert all(notes)
    assert reports[0] == reports[1]
    assert [(line["level"], line.get("event"), sorted(line)) for line in logs[0]] == [
        (line["level"], line.get("event"), sorted(line)) for line in logs[1]
    ]


def test_the_ledger_keeps_english(folder: Path, unknown: Sandbox) -> None:
    with unknown as sandbox:
        run(folder, "run", str(roster(folder)), *exam(sandbox), language="ru", **account(sandbox))
    raw = b"".join(path.read_bytes() for path in folder.glob("ledger.db*"))
    assert not any(word.encode() in raw for word in ("сотрудник", "отклон", "зарегистр"))


@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
def test_an_output_is_known_again_in_the_other_language(suffix: str, folder: Path) -> None:
    with Sandbox(Behaviour(seed=1)) as sandbox:
        environ = account(sandbox)
        first = run(
            folder, "run", str(roster(folder)), *exam(sandbox, "-o", f"ru{suffix}"), language="ru", **environ
        )
        assert first.code == 1, first
        again = run(folder, "run", f"ru{suffix}", *exam(sandbox, "-o", "en.xlsx"), **environ)
        assert again.code == 1, again
        asked = "--ledger", "ledger.db"
        assert "fit to be mailed" not in run(folder, "verify", f"ru{suffix}", *asked).out
        assert run(folder, "verify", "en.xlsx", *asked, language="ru").code == 0
    rows = list(load_workbook(folder / "en.xlsx").worksheets[0].values)
    assert rows[0] == ("Employee ID", "Name", *RUSSIAN_HEADERS), "filled in place, never twice"
    assert rows[1][5] == "already registered"


def test_what_a_run_kept_is_told_in_the_language_of_the_one_who_asks(folder: Path, unknown: Sandbox) -> None:
    with unknown as sandbox:
        environ = account(sandbox)
        assert run(folder, "run", str(roster(folder)), *exam(sandbox), **environ).code == 1
        ended = run(folder, "export", "-o", "again.csv", "--ledger", "ledger.db", language="ru", **environ)
    assert ended.code in (0, 1), ended
    text = (folder / "again.csv").read_text(encoding="utf-8")
    assert all(header in text for header in RUSSIAN_HEADERS)
    assert "нет идентификатора: заполните" in text
    assert "отклонён" in text


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("said", ["2026-12-20", "20.12.2026"])
def test_a_day_is_said_in_either_form(said: str, language: str, folder: Path) -> None:
    flags = "--sandbox", "--dry-run", "--valid-till", said
    assert run(folder, "run", str(roster(folder)), *flags, language=language).code in (0, 1)


def test_a_language_that_is_none_of_ours_is_refused(folder: Path) -> None:
    ended = run(folder, "run", str(roster(folder)), "--sandbox", "--language", "klingon")
    assert (ended.code, ended.out) == (2, "")
    assert "--language is 'klingon': it must be en or ru" in ended.err
