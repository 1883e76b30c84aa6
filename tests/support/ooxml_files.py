"""Workbooks made by hand: the spellings that real programs use and Excel itself doesn't."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
STRICT_MAIN = "http://purl.oclc.org/ooxml/spreadsheetml/main"
STRICT_LINKS = "http://purl.oclc.org/ooxml/officeDocument/relationships"
PACKAGE_LINKS = "http://schemas.openxmlformats.org/package/2006/relationships"
TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml"


def text(place: str, value: str, style: int = 0) -> str:
    """A cell with text in it."""
    return f'<c r="{place}" s="{style}" t="inlineStr"><is><t>{value}</t></is></c>'


def number(place: str, value: object, style: int = 0) -> str:
    """A cell with a number in it."""
    return f'<c r="{place}" s="{style}"><v>{value}</v></c>'


def row(number_: int, *cells: str, more: str = "") -> str:
    """A row of the sheet."""
    return f'<row r="{number_}"{more}>{"".join(cells)}</row>'


def rows(*lines: str) -> str:
    """The sheet's data."""
    return f"<sheetData>{''.join(lines)}</sheetData>"


def styles(*codes: str) -> str:
    """A styles part in which cell style n has the n-th number format."""
    formats = "".join(f'<numFmt numFmtId="{164 + at}" formatCode="{code}"/>' for at, code in enumerate(codes))
    xfs = "".join(
        f'<xf numFmtId="{164 + at}" fontId="0" fillId="0" borderId="0"/>' for at in range(len(codes))
    )
    return (
        f'<styleSheet xmlns="{MAIN}"><numFmts count="{len(codes)}">{formats}</numFmts>'
        '<fonts count="1"><font><sz val="11"/><name val="Calibri"/></font></fonts>'
        '<fills count="2"><fill><patternFill patternType="none"/></fill>'
        '<fill><patternFill patternType="gray125"/></fill></fills>'
        '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
        f'<cellXfs count="{len(codes)}">{xfs}</cellXfs></styleSheet>'
    )


def workbook(
    path: Path,
    sheet: str,
    *,
    strings: str = "",
    look: str = "",
    strict: bool = False,
    prefix: str = "",
    target: str = "worksheets/sheet1.xml",
    properties: str = "",
    rename: Callable[[str], str] = str,
    encoding: str = "utf-8",
    state: str = "visible",
) -> Path:
    """Write a workbook whose only sheet `Staff` has this content (of its root element)."""
    main, links = (STRICT_MAIN, STRICT_LINKS) if strict else (MAIN, LINKS)
    x = prefix and f"{prefix}:"
    names = f'xmlns{":" if prefix else ""}{prefix}="{main}" xmlns:r="{links}"'
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{TYPES}">'
        '<Default Extension="xml" ContentType="application/xml"/>'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{KIND}.sheet.main+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{KIND}.worksheet+xml"/>'
        + (f'<Override PartName="/xl/styles.xml" ContentType="{KIND}.styles+xml"/>' if look else "")
        + (
            f'<Override PartName="/xl/sharedStrings.xml" ContentType="{KIND}.sharedStrings+xml"/>'
            if strings
            else ""
        )
        + "</Types>",
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE_LINKS}">'
        f'<Relationship Id="rId1" Type="{links}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE_LINKS}">'
        f'<Relationship Id="rId1" Type="{links}/worksheet" Target="{target}"/>'
        + (f'<Relationship Id="rId2" Type="{links}/styles" Target="styles.xml"/>' if look else "")
        + (
            f'<Relationship Id="rId3" Type="{links}/sharedStrings" Target="sharedStrings.xml"/>'
            if strings
            else ""
        )
        + "</Relationships>",
        "xl/workbook.xml": f'<{x}workbook {names}>{properties}<{x}sheets><{x}sheet name="Staff" sheetId="1" '
        f'state="{state}" r:id="rId1"/></{x}sheets></{x}workbook>',
        "xl/worksheets/sheet1.xml": f"<{x}worksheet {names}>{sheet}</{x}worksheet>",
        "xl/sharedStrings.xml": strings,
        "xl/styles.xml": look,
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            if content:
                declared = f'<?xml version="1.0" encoding="{encoding}"?>\n{content}'
                archive.writestr(rename(name), declared.encode(encoding))
    return path


def prefixed(xml: str, prefix: str = "x") -> str:
    """The same XML with this prefix on every element."""
    return xml.replace("</", "\0").replace("<", f"<{prefix}:").replace("\0", f"</{prefix}:")
