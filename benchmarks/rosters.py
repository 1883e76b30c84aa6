"""Rosters of any size, written row by row: eight columns, no two employees alike, the same bytes every time.

Workbooks are written as Excel writes them (shared strings, spans, styles) or as openpyxl does (inline
strings): for a million rows libraries would take minutes.
"""

from __future__ import annotations

import sys
import zipfile
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from xml.sax.saxutils import escape

HEADERS = ("Employee ID", "Name", "E-mail", "Birth Date", "Department", "Position", "City", "Hired")
DATES = (3, 7)  # columns; in workbooks they are numbers with a date format
BLOCK_ROWS = 2_000

_FIRST = ("Anna", "Boris", "Clara", "David", "Elena", "Farid", "Greta", "Hugo", "Irina", "Jonas", "Liam")
_LAST = ("Adler", "Berg", "Castro", "Dietrich", "Egorova", "Fischer", "Gomez", "Hansen", "Ivanov", "Klein")
_DEPARTMENTS = ("Finance", "Human Resources", "IT", "Legal & Compliance", "Logistics", "Production", "Sales")
_POSITIONS = (
    "Accountant",
    "Analyst",
    "Driver",
    "Engineer",
    "Manager",
    "Operator",
    "Specialist",
    "Technician",
)
_CITIES = ("Berlin", "Kazan", "Madrid", "Moscow", "Paris", "São Paulo", "Warsaw", "Zürich")

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_RELATIONSHIPS = "application/vnd.openxmlformats-package.relationships+xml"
_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


def employees(count: int) -> Iterator[tuple[str, str, str, int, str, str, str, int]]:
    """Yield a line for each employee; dates are days since 1900 as workbooks count them."""
    for number in range(1, count + 1):
        mixed = number * 2_654_435_761 % 2**32  # spreads neighbours out
        first, last = _FIRST[mixed % 11], _LAST[mixed // 11 % 10]
        yield (
            f"E{number:07d}",
            f"{first} {last}",
            f"{first.lower()}.{last.lower()}.{number}@example.com",
            20_000 + mixed // 224 % 16_000,
            _DEPARTMENTS[mixed // 7 % 7],
            _POSITIONS[mixed // 49 % 8],
            _CITIES[mixed // 392 % 8],
            38_000 + mixed // 3_136 % 8_000,
        )


def write_csv(path: Path, count: int) -> None:
    """Write a UTF-8 CSV; dates as YYYY-MM-DD."""
    import datetime

    days = [(datetime.date(1899, 12, 30) + datetime.timedelta(day)).isoformat() for day in range(47_000)]
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(",".join(HEADERS) + "\r\n")
        for who, name, mail, born, department, position, city, hired in employees(count):
            file.write(f"{who},{name},{mail},{days[born]},{department},{position},{city},{days[hired]}\r\n")


def write_xlsx(path: Path, count: int, *, inline: bool = False) -> None:
    """Write a workbook of one sheet, its strings shared (as Excel does) or `inline` (as openpyxl does)."""
    shared: dict[str, int] = {}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as book:
        for name, text in _frame(shared=not inline).items():
            book.writestr(name, _XML + text)
        with book.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
            for piece in _sheet(count, None if inline else shared):
                sheet.write(piece.encode())
        if not inline:
            with book.open("xl/sharedStrings.xml", "w", force_zip64=True) as strings:
                strings.write(f'{_XML}<sst xmlns="{_MAIN}" uniqueCount="{len(shared)}">'.encode())
                texts = (f"<si><t>{escape(text)}</t></si>" for text in shared)
                while block := "".join(islice(texts, BLOCK_ROWS)):
                    strings.write(block.encode())
                strings.write(b"</sst>")


def _sheet(count: int, shared: dict[str, int] | None) -> Iterator[str]:
    yield (
        f'{_XML}<worksheet xmlns="{_MAIN}"><dimension ref="A1:H{count + 1}"/><cols>'
        '<col min="1" max="8" width="18" customWidth="1"/></cols><sheetData>'
    )
    yield _row(1, HEADERS, shared, style=2)
    rows = (_row(number, line, shared) for number, line in enumerate(employees(count), 2))
    while block := "".join(islice(rows, BLOCK_ROWS)):
        yield block
    yield f'</sheetData><autoFilter ref="A1:H{count + 1}"/></worksheet>'


def _row(number: int, line: tuple[str | int, ...], shared: dict[str, int] | None, style: int = 0) -> str:
    cells = [
        _cell(f"{letter}{number}", cell, shared, style) for letter, cell in zip("ABCDEFGH", line, strict=True)
    ]
    return f'<row r="{number}" spans="1:8">{"".join(cells)}</row>'


def _cell(place: str, cell: str | int, shared: dict[str, int] | None, style: int) -> str:
    styled = f' s="{style}"' if style else ""
    if isinstance(cell, int):
        return f'<c r="{place}" s="1"><v>{cell}</v></c>'
    if shared is None:
        return f'<c r="{place}"{styled} t="inlineStr"><is><t>{escape(cell)}</t></is></c>'
    return f'<c r="{place}"{styled} t="s"><v>{shared.setdefault(cell, len(shared))}</v></c>'


def _frame(*, shared: bool) -> dict[str, str]:
    """Return the workbook's small parts."""
    strings_type = f'<Override PartName="/xl/sharedStrings.xml" ContentType="{_TYPE}.sharedStrings+xml"/>'
    strings_link = f'<Relationship Id="rId3" Type="{_OFFICE}/sharedStrings" Target="sharedStrings.xml"/>'
    return {
        "[Content_Types].xml": (
            f'<Types xmlns="{_PACKAGE}/content-types">'
            f'<Default Extension="rels" ContentType="{_RELATIONSHIPS}"/>'
            f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>'
            f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_TYPE}.worksheet+xml"/>'
            f'<Override PartName="/xl/styles.xml" ContentType="{_TYPE}.styles+xml"/>'
            f"{strings_type if shared else ''}</Types>"
        ),
        "_rels/.rels": (
            f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" '
            f'Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
        ),
        "xl/workbook.xml": (
            f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>'
            '<sheet name="Staff" sheetId="1" r:id="rId1"/></sheets></workbook>'
        ),
        "xl/_rels/workbook.xml.rels": (
            f'<Relationships xmlns="{_PACKAGE}/relationships">'
            f'<Relationship Id="rId1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
            f'<Relationship Id="rId2" Type="{_OFFICE}/styles" Target="styles.xml"/>'
            f"{strings_link if shared else ''}</Relationships>"
        ),
        "xl/styles.xml": (
            f'<styleSheet xmlns="{_MAIN}"><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>'
            '<font><b/><sz val="11"/><name val="Calibri"/></font></fonts>'
            '<fills count="2"><fill><patternFill patternType="none"/></fill>'
            '<fill><patternFill patternType="gray125"/></fill></fills>'
            '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
            '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
            '<cellXfs count="3"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
            '<xf numFmtId="14" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
            '<xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/></cellXfs>'
            "</styleSheet>"
        ),
    }


def main(words: list[str]) -> None:
    """Make the files that are named `...-ROWS.csv`, `...-ROWS.xlsx` or `...-ROWS.inline.xlsx`."""
    for path in map(Path, words):
        rows = int(path.name.split(".")[0].rpartition("-")[2])
        draft = path.with_name("." + path.name)
        if path.suffix == ".csv":
            write_csv(draft, rows)
        else:
            write_xlsx(draft, rows, inline=".inline." in path.name)
        draft.replace(path)


if __name__ == "__main__":
    main(sys.argv[1:])
