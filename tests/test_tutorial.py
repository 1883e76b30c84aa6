"""The tutorial says and shows what the program does."""

from __future__ import annotations

import importlib.util
import os
import re
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import openpyxl
import pytest
from babel.messages.pofile import read_po

ROOT = Path(__file__).parent.parent
TUTORIALS = {"en": ROOT / "docs" / "tutorial.md", "ru": ROOT / "docs" / "tutorial.ru.md"}

posix = pytest.mark.skipif(os.name != "posix", reason="a terminal of POSIX")


@pytest.fixture(scope="module")
def drawing() -> ModuleType:
    spec = importlib.util.spec_from_file_location("draw_pictures", ROOT / "docs" / "draw_pictures.py")
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def text(language: str) -> str:
    return TUTORIALS[language].read_text(encoding="utf-8")


def edition(drawing: ModuleType, language: str) -> Any:
    (found,) = [one for one in drawing.EDITIONS if one.language == language]
    return found


@posix
@pytest.mark.parametrize("language", TUTORIALS)
def test_the_pictures_of_the_terminal_show_what_it_says(drawing: ModuleType, language: str) -> None:
    told = edition(drawing, language)
    with drawing.stage() as folder:
        scenes = list(drawing.play(folder, told))
        mail = list(openpyxl.load_workbook(folder / "mail.xlsx").worksheets[0].values)
    for scene in scenes:
        picture = (told.pictures / f"{scene.name}.svg").read_text(encoding="utf-8")
        shown = drawing.masked(drawing.lines_in(picture))
        assert shown == drawing.masked(scene.lines), "run: make pictures"
    assert len(mail) == 1 + len({name for _, name, *_ in told.people}), "a row for each person"


@pytest.mark.parametrize("language", TUTORIALS)
def test_its_commands_are_those_of_the_pictures(drawing: ModuleType, language: str) -> None:
    pictures = edition(drawing, language).pictures
    typed = re.findall(r"```sh\n(bulk-register .*)\n```", text(language))
    shown = [
        drawing.lines_in((pictures / f"{command.split()[1]}.svg").read_text(encoding="utf-8"))[0]
        for command in typed
    ]
    assert [f"$ {command}" for command in typed] == shown


@pytest.mark.parametrize("language", TUTORIALS)
def test_every_picture_has_words_for_those_who_do_not_see_it(language: str) -> None:
    pictures = re.findall(r"!\[(.*?)\]\((.*?)\)", text(language))
    assert len(pictures) == 15
    for words, target in pictures:
        assert len(words) > 15
        assert (ROOT / "docs" / target).exists()


@pytest.mark.parametrize(
    ("language", "begins", "ends"),
    [("en", "## The page", "## Send the mails"), ("ru", "## Страница", "## Разослать письма")],
)
def test_the_page_has_the_words_that_it_is_described_with(language: str, begins: str, ends: str) -> None:
    tutorial = text(language)
    part = tutorial[tutorial.index(begins) : tutorial.index(ends)]
    named = re.findall(r"\*\*(.+?)\*\*", part.replace("\n", " "))
    catalog = ROOT / "bulk_register" / "language" / "locale" / "ru" / "LC_MESSAGES" / "bulk_register.po"
    with catalog.open("rb") as file:
        messages = [one for one in read_po(file, locale="ru") if one.id and isinstance(one.id, str)]
    said = {str(one.id if language == "en" else one.string) for one in messages}
    download = {text for text in said if "{name}" in text}
    assert len(named) > 5
    for words in named:
        patterns = [re.escape(text).replace(re.escape("{name}"), r".+\.xlsx") for text in download]
        assert words in said or any(re.fullmatch(pattern, words) for pattern in patterns), words
