"""Draws the tutorial's pictures: the program at a terminal, and the workbook that it writes.

`make pictures` plays the tutorial against a stand-in for StartExam and writes docs/pictures/. The terminal's
pictures need nothing else; the workbooks' are drawn by LibreOffice and poppler (soffice, pdftoppm). A test
plays the tutorial too, and holds what the terminal says then against the pictures.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from html import escape, unescape
from pathlib import Path

import pyte
from openpyxl import Workbook, load_workbook
from openpyxl.styles import Font, PatternFill

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from bulk_register.sandbox import Sandbox  # noqa: E402
from tests.support.terminal import Terminal  # noqa: E402

COLUMNS, LINES = 80, 60
HOME = "/home/anna/hr"  # what the scene's folder is called in a picture, as long as it is

Person = tuple[int | None, str, str, str]


@dataclass(frozen=True)
class Edition:
    """The tutorial in one language: its roster, and what its reader sees and types."""

    language: str
    pictures: Path
    zone: str
    sheet: str
    title: str
    headers: tuple[str, ...]
    people: tuple[Person, ...]
    total: str
    prompts: tuple[str, ...]  # how the questions of init end
    yes: tuple[str, str]  # how the question of run ends, and the answer


ENGLISH = Edition(
    language="en",
    pictures=ROOT / "docs" / "pictures",
    zone="Europe/Berlin",
    sheet="Staff",
    title="Staff of the Kazan branch",
    headers=("Personnel number", "Name", "E-mail", "Department", "Hired"),
    people=(
        (417, "Ada Example", "ada@staff.example", "Sales"),
        (418, "Boris Sample", "boris@staff.example", "Logistics"),
        (419, "Chloé Muster", "chloe@staff.example", "Sales"),
        (None, "Dmitri Образцов", "dmitri@staff.example", "Quality"),
        (421, "Elif Örnek", "elif@staff.example", "Production"),
        (1022, "Farid Example", "farid@staff.example", "Sales"),
        (1023, "Greta Beispiel", "greta@staff.example", "Accounts"),
        (418, "Boris Sample", "boris@staff.example", "Logistics"),
    ),
    total="Total",
    prompts=("account: ", "paste it): ", "StartExam): ", "1, 3): ", "[+10d]: ", "Berlin]: "),
    yes=("[y/N]: ", "y"),
)
RUSSIAN = Edition(
    language="ru",
    pictures=ROOT / "docs" / "pictures" / "ru",
    zone="Europe/Moscow",
    sheet="Сотрудники",
    title="Сотрудники Казанского филиала",
    headers=("Табельный номер", "ФИО", "Эл. почта", "Подразделение", "Принят"),
    people=(
        (417, "Примерова Ада", "ada@staff.example", "Продажи"),
        (418, "Образцов Борис", "boris@staff.example", "Склад"),
        (419, "Выдуманная Вера", "vera@staff.example", "Продажи"),
        (None, "Небывалов Глеб", "gleb@staff.example", "Качество"),
        (421, "Примерная Диана", "diana@staff.example", "Производство"),
        (1022, "Образцовый Егор", "egor@staff.example", "Продажи"),
        (1023, "Вымышленная Жанна", "zhanna@staff.example", "Бухгалтерия"),
        (418, "Образцов Борис", "boris@staff.example", "Склад"),
    ),
    total="Итого",
    prompts=("StartExam: ", "показывается): ", "StartExam): ", "1, 3): ", "[+10d]: ", "Moscow]: "),
    yes=("[д/Н]: ", "да"),
)
EDITIONS = (ENGLISH, RUSSIAN)


@dataclass(frozen=True)
class Scene:
    """What somebody types, and what stands on the screen afterwards."""

    name: str
    lines: tuple[str, ...]


def write_roster(path: Path, edition: Edition) -> None:
    """Write a roster as an HR system exports it: a title, zeros that only a format shows, a total."""
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = edition.sheet
    sheet.append([edition.title])
    sheet.append([])
    sheet.append(edition.headers)
    for place, person in enumerate(edition.people):
        sheet.append([*person, date(2019, 3, 4) + timedelta(137 * place)])
    sheet.append([None, f"{edition.total}: {len(edition.people)}"])
    sheet["A1"].font = Font(name="Calibri", bold=True, size=14)
    for cell in sheet[3]:
        cell.font = Font(name="Calibri", bold=True, color="FFFFFF")
        cell.fill = PatternFill("solid", fgColor="44546A")
    for row in range(4, 4 + len(edition.people)):
        sheet.cell(row, 1).number_format, sheet.cell(row, 5).number_format = "00000", "dd.mm.yyyy"
    for column, width in zip("ABCDE", (18, 21, 24, 17, 12), strict=True):
        sheet.column_dimensions[column].width = width
    sheet.freeze_panes, sheet.auto_filter.ref = "A4", f"A3:E{3 + len(edition.people)}"
    sheet.page_setup.orientation, sheet.page_setup.fitToHeight = "landscape", 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True  # type: ignore[union-attr]
    sheet.print_options.gridLines = sheet.print_options.headings = True
    book.save(path)


def fill_in(path: Path) -> None:
    """Give the one without a number his own, as the HR person does after `check`."""
    book = load_workbook(path)
    book.worksheets[0]["A7"] = 420
    book.save(path)


@contextmanager
def stage() -> Iterator[Path]:
    """Return a folder for the tutorial to be played in."""
    folder = Path(tempfile.mkdtemp(prefix="", dir="/tmp"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


def play(folder: Path, edition: Edition) -> Iterator[Scene]:
    """Play the tutorial; its workbooks are there afterwards."""
    write_roster(folder / "staff.xlsx", edition)
    shutil.copyfile(folder / "staff.xlsx", folder / "exported.xlsx")
    with Sandbox() as sandbox:
        environ = {
            "BULK_REGISTER_BASE_URL": sandbox.base_url,
            "XDG_CONFIG_HOME": str(folder / ".config"),
            "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
            "BULK_REGISTER_LANGUAGE": edition.language,
            "TZ": edition.zone,
        }
        said = (str(sandbox.account_id), sandbox.secret_key, sandbox.center, "1", "", "")
        answers = list(zip(edition.prompts, said, strict=True))
        yield _scene(["init"], folder, environ, answers)
        yield _scene(["check", "staff.xlsx"], folder, environ)
        fill_in(folder / "staff.xlsx")
        words = ["run", "staff.xlsx", "--only-new", "mail.xlsx"]
        yield _scene(words, folder, environ, [edition.yes])
        yield _scene(["verify", "staff.registered.xlsx"], folder, environ)


def _scene(
    words: list[str], folder: Path, environ: dict[str, str], answers: Sequence[tuple[str, str]] = ()
) -> Scene:
    with Terminal(words, folder, environ, COLUMNS) as terminal:
        for prompt, answer in answers:
            terminal.wait_for(prompt)
            terminal.type(answer + "\r")
        terminal.end()
    screen = pyte.Screen(COLUMNS, LINES)
    pyte.Stream(screen).feed(terminal.seen)
    shown = [line.rstrip() for line in screen.display]
    while shown and not shown[-1]:
        shown.pop()
    lines = [f"$ bulk-register {' '.join(words)}", *shown]
    return Scene(words[0], tuple(line.replace(str(folder), HOME) for line in lines))


# --- pictures


def svg(lines: tuple[str, ...]) -> str:
    """Return a picture of a terminal with these lines."""
    width, height = 8.43 * COLUMNS + 32, 19 * len(lines) + 58
    rows = "".join(
        f'<text x="16" y="{58 + 19 * at}" xml:space="preserve">{escape(line, quote=False)}</text>\n'
        for at, line in enumerate(lines)
    )
    dots = "".join(
        f'<circle cx="{20 + 18 * at}" cy="18" r="6" fill="{colour}"/>'
        for at, colour in enumerate(("#ff5f57", "#febc2e", "#28c840"))
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height}" width="{width:.0f}">\n'
        f'<rect width="100%" height="100%" rx="8" fill="#1d2430"/>{dots}\n'
        '<g font-family="DejaVu Sans Mono, Menlo, Consolas, monospace" font-size="14" fill="#e6e9ef">\n'
        f"{rows}</g></svg>\n"
    )


def lines_in(picture: str) -> list[str]:
    """Return the lines that such a picture shows."""
    return [unescape(text) for text in re.findall(r"<text [^>]*>(.*?)</text>", picture)]


def masked(lines: list[str] | tuple[str, ...]) -> list[str]:
    """Return lines without what is another each time: moments and durations."""
    return [re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d|\b\d+[.,]\d [sс]\b", "…", line) for line in lines]


def photograph(workbook: Path, picture: Path, dots: int, width: int, height: int) -> None:
    """Let LibreOffice print a workbook, and poppler make a picture of its first page's upper left part."""
    with tempfile.TemporaryDirectory() as name:
        profile = f"-env:UserInstallation={(Path(name) / 'profile').as_uri()}"
        convert = ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", name, str(workbook)]
        subprocess.run(convert, check=True, capture_output=True)  # noqa: S603
        pdf, margin = Path(name) / f"{workbook.stem}.pdf", dots * 7 // 10
        page = {"-r": dots, "-x": margin, "-y": margin + dots // 4, "-W": width, "-H": height}
        flags = [str(word) for pair in page.items() for word in pair]
        command = ["pdftoppm", *flags, "-singlefile", "-png", str(pdf), str(picture.with_suffix(""))]
        subprocess.run(command, check=True)  # noqa: S603


def main() -> None:
    """Draw all pictures."""
    for edition in EDITIONS:
        draw(edition)


def draw(edition: Edition) -> None:
    """Draw the pictures of one language."""
    edition.pictures.mkdir(exist_ok=True)
    with stage() as folder:
        for scene in play(folder, edition):
            picture = edition.pictures / f"{scene.name}.svg"
            picture.write_text(svg(scene.lines), encoding="utf-8", newline="\n")
        if shutil.which("soffice") and shutil.which("pdftoppm"):
            photograph(folder / "exported.xlsx", edition.pictures / "roster.png", 100, 740, 300)
            photograph(folder / "staff.registered.xlsx", edition.pictures / "output.png", 180, 1730, 260)
        else:
            sys.stderr.write("The workbooks were not drawn: soffice and pdftoppm are needed for that.\n")


if __name__ == "__main__":
    main()
