"""The documentation says what the program does."""

from __future__ import annotations

import importlib.util
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from bulk_register.settings import Settings

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


def test_the_page_of_commands_is_what_help_says() -> None:
    spec = importlib.util.spec_from_file_location("write_cli", ROOT / "docs" / "write_cli.py")
    assert spec is not None
    assert spec.loader is not None
    write_cli = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(write_cli)
    assert (ROOT / "docs" / "cli.md").read_text(encoding="utf-8") == write_cli.page(), "run: make docs"


def test_the_readme_s_library_example_runs(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "sample_data", tmp_path / "sample_data")
    (example,) = blocks("python")
    done = subprocess.run(
        [sys.executable, "-c", example], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    code, output = done.stdout.split(maxsplit=1)
    assert code == "0"
    assert Path(output.strip()).name == "staff.sandbox.xlsx"


def test_the_readme_s_settings_file_holds_settings_only() -> None:
    (example,) = blocks("toml")
    table = tomllib.loads(example)
    profiles = table.pop("profile")
    for keys in (table, *profiles.values()):
        assert set(keys) <= set(Settings.model_fields)


@pytest.mark.parametrize("page", ["README", "docs/tutorial"])
def test_the_pages_in_both_languages_have_the_same_sections_and_commands(page: str) -> None:
    english, russian = ((ROOT / f"{page}{end}").read_text(encoding="utf-8") for end in (".md", ".ru.md"))
    assert levels(english) == levels(russian)
    assert commands(english) == commands(russian)
    assert len(commands(english)) > 5


def levels(text: str) -> list[int]:
    """The level of each heading, in order."""
    outside = re.sub(r"```.*?```", "", text, flags=re.DOTALL)
    return [len(marks) for marks in re.findall(r"^(#+) ", outside, re.MULTILINE)]


def commands(text: str) -> list[str]:
    """What a reader is to type or copy, without remarks: shell, settings and Python."""
    blocks = re.findall(r"```(?:sh|toml|python)\n(.*?)```", text, re.DOTALL)
    return [re.sub(r"\s+# .*", "", line) for block in blocks for line in block.splitlines()]


PAGES = ["README.md", "README.ru.md", *(f"docs/{path.name}" for path in (ROOT / "docs").glob("*.md"))]


def test_links_between_pages_lead_somewhere() -> None:
    pages = [ROOT / page for page in PAGES]
    links = [(page, to) for page in pages for to in re.findall(r"\]\(([^)#:]+)[)#]", page.read_text("utf-8"))]
    assert len(links) > len(pages)
    assert [(page.name, to) for page, to in links if not (page.parent / to).exists()] == []
