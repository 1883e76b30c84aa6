"""Settings as flags: what is said back to a person does the same when it is typed."""

from __future__ import annotations

import json
import shlex
import sys
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from typer.main import get_command

from bulk_register.cli import app
from bulk_register.settings import Settings, command_line, flags_of, load_settings, settings_of_run

GUID = "fa19e351-36d0-49c0-be92-66d640b17878"
TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), min_size=1).filter(
    lambda text: text == text.strip() and not text.startswith("-")
)
SAID: dict[str, st.SearchStrategy[Any]] = {
    "id_column": TEXTS,
    "sheet": TEXTS,
    "header_row": st.integers(1, 1000),
    "no_header": st.booleans(),
    "encoding": st.sampled_from(["utf-8", "cp1251"]),
    "delimiter": st.sampled_from([";", "tab", "|", ","]),
    "skip_hidden": st.booleans(),
    "max_size": st.sampled_from(["500MB", "2GB", "3GiB"]),
    "strict": st.booleans(),
    "escape_formulas": st.booleans(),
    "account_id": st.integers(1, 2**63 - 1),
    "base_url": st.sampled_from(["https://api.example.com", "http://127.0.0.1:8080"]),
    "center": TEXTS,
    "tests": st.lists(st.sampled_from([GUID, GUID.replace("f", "0"), "Fire safety"]), unique=True),
    "timezone": st.sampled_from(["Asia/Tokyo", "UTC"]),
    "proctoring": st.booleans(),
    "proctoring_parameters": st.lists(st.tuples(st.sampled_from("abc"), TEXTS).map("=".join), max_size=3),
    "batch_size": st.integers(1, 500),
    "workers": st.integers(1, 32),
    "timeout": st.integers(1, 14400).map(lambda quarters: quarters / 4),
    "deadline": st.sampled_from(["90s", "2h", "40d"]),
    "max_rejected": st.integers(0, 10**6),
    "min_rows": st.integers(0, 10**6),
    "max_missing": st.sampled_from(["10", "12.5%"]),
    "newer_than": st.sampled_from(["26h", "30d"]),
    "tolerate": st.lists(st.sampled_from(["rejected", "invalid"]), unique=True),
    "ending_days": st.integers(0, 100),
    "only_new": st.sampled_from(["/somewhere/new people.xlsx"]),
}
RUN = get_command(app).commands["run"]  # type: ignore[attr-defined]
MOVING = {"valid_from", "valid_till"}


NEEDED = {"account_id": "1", "center": "c", "tests": [GUID], "valid_till": "+1d"}


def loaded(said: dict[str, Any]) -> Settings:
    told = {name: value for name, value in said.items() if value not in (None, False, (), [])}
    environ = {"STARTEXAM_SECRET_KEY": "k"}
    return load_settings(NEEDED | told, environ=environ, folder=Path("/nowhere"))


def typed(words: list[str]) -> Settings:
    """What the command line makes of these words."""
    params = RUN.make_context("run", ["staff.csv", *words]).params
    return loaded({name: value for name, value in params.items() if name in Settings.model_fields})


@given(st.fixed_dictionaries({}, optional=SAID))
def test_what_the_flags_say_is_what_the_settings_were(said: dict[str, Any]) -> None:
    settings = loaded({name: str(one) if type(one) in (int, float) else one for name, one in said.items()})
    words = flags_of(settings)
    again = typed(shlex.split(command_line(words)) if sys.platform != "win32" else words)
    assert again.model_dump(exclude=MOVING) == settings.model_dump(exclude=MOVING)


@given(st.fixed_dictionaries({}, optional=SAID))
def test_what_a_run_stores_is_read_back_as_it_was(said: dict[str, Any]) -> None:
    settings = loaded({name: str(one) if type(one) in (int, float) else one for name, one in said.items()})
    again = settings_of_run(json.dumps(settings.for_rerun()), settings, secret=False)
    assert again.model_dump(exclude={"secret_key"}) == settings.model_dump(exclude={"secret_key"})


def test_what_is_said_anew_each_time_is_no_flag_of_the_settings() -> None:
    said = {"report": "r.json", "yes": True, "refresh": True, "reregister": True, "sandbox": True}
    said |= {"valid_from": "now", "valid_till": "2099-01-01"}
    assert flags_of(load_settings(said, environ={}, folder=Path("/nowhere"))) == ["--sandbox"]
