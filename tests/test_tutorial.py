"""The tutorial says and shows what the program does."""

from __future__ import annotations

import importlib.util
import os
import re
import sys
from pathlib import Path
from types import ModuleType

import openpyxl
import pytest

ROOT = Path(__file__).parent.parent
TUTORIAL = (ROOT / "docs" / "tutorial.md").read_text(encoding="utf-8")
PICTURES = ROOT / "docs" / "pictures"

posix = pytest.mark.skipif(os.name != "posix", reason="a terminal of POSIX")


@pytest.fixture(scope="module")
def drawing() -> ModuleType:
    spec = importlib.util.spec_from_file_location("draw_pictures", ROOT / "docs" / "draw_pictures.py")
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@posix
def test_the_pictures_of_the_terminal_show_what_it_says(drawing: ModuleType) -> None:
    with drawing.stage() as folder:
        scenes = list(drawing.play(folder))
        mail = list(openpyxl.load_workbook(folder / "mail.xlsx").worksheets[0].values)
    for scene in scenes:
        picture = (PICTURES / f"{scene.name}.svg").read_text(encoding="utf-8")
        shown = drawing.masked(drawing.lines_in(picture))
        assert shown == drawing.masked(scene.lines), "run: make pictures"
    assert len(mail) == 1 + len({name for _, name, *_ in drawing.PEOPLE}), "a row for each person"


def test_its_commands_are_those_of_the_pictures(drawing: ModuleType) -> None:
    typed = re.findall(r"```sh\n(bulk-register .*)\n```", TUTORIAL)
    shown = [
        drawing.lines_in((PICTURES / f"{command.split()[1]}.svg").read_text(encoding="utf-8"))[0]
        for command in typed
    ]
    assert [f"$ {command}" for command in typed] == shown


def test_every_picture_has_words_for_those_who_do_not_see_it() -> None:
    pictures = re.findall(r"!\[(.*?)\]\((.*?)\)", TUTORIAL)
    assert len(pictures) == 6
    for words, target in pictures:
        assert len(words) > 15
        assert (ROOT / "docs" / target).exists()
