"""ODS, XLSB and XLS files byte by byte, such as no program writes them."""

from __future__ import annotations

import struct
import zipfile
from pathlib import Path

HEAD = ("Employee ID", "First Name")
ANN = ("00101", "Ann")

# --- OpenDocument ----------------------------------------------------------------------------------------


def ods_cell(text: str, more: str = "") -> str:
    return f'<table:table-cell office:value-type="string"{more}><text:p>{text}</text:p></table:table-cell>'


def ods_row(*cells: str, more: str = "") -> str:
    return f"<table:table-row{more}>{''.join(cells)}</table:table-row>"


def ods(path: Path, *more: str, before: str = "", others: str = "") -> Path:
    """The roster's head, Ann and more rows; `others` are sheets below."""
    names = (
        f'xmlns:{one}="urn:oasis:names:tc:opendocument:xmlns:{one}:1.0"'
        for one in ("table", "text", "office")
    )
    rows = before + "".join(ods_row(*map(ods_cell, one)) for one in (HEAD, ANN)) + "".join(more)
    body = f'<table:table table:name="Staff">{rows}</table:table>{others}'
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", kind)
        archive.writestr(
            "META-INF/manifest.xml",
            '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
            f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{kind}"/></manifest:manifest>',
        )
        archive.writestr(
            "content.xml",
            f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {" ".join(names)}><office:body>'
            f"<office:spreadsheet>{body}</office:spreadsheet></office:body></office:document-content>",
        )
    return path


# --- XLSB ([MS-XLSB] 2.1.4) -------------------------------------------------------------------------------


def record(kind: int, content: bytes = b"") -> bytes:
    head = bytes([kind]) if kind < 0x80 else bytes([kind & 0x7F | 0x80, kind >> 7])
    size, sizes = len(content), b""
    while True:
        size, low = size >> 7, size & 0x7F
        sizes += bytes([low | (0x80 if size else 0)])
        if not size:
            return head + sizes + content


def wide(text: str) -> bytes:
    return struct.pack("<L", len(text)) + text.encode("utf-16-le")


def xlsb_row(number: int, *cells: bytes) -> bytes:
    return record(0, struct.pack("<L", number - 1) + bytes(13)) + b"".join(cells)


def xlsb_cell(column: int, text: str | int) -> bytes:
    """A cell with a text of its own, or with a shared one."""
    place = struct.pack("<LL", column, 0)
    return (
        record(7, place + struct.pack("<L", text)) if isinstance(text, int) else record(6, place + wide(text))
    )


def xlsb(path: Path, *more: bytes, strings: tuple[str, ...] = (), links: tuple[int, ...] = (1,)) -> Path:
    """Sheets that are all alike, each by the number of its link; sheets of one link are kept in one part."""
    rows = [
        xlsb_row(at, *(xlsb_cell(*one) for one in enumerate(row))) for at, row in enumerate((HEAD, ANN), 1)
    ]
    sheet = [record(0x81), record(0x94, bytes(16)), record(0x91), *rows, *more, record(0x92), record(0x82)]
    bundles = [
        record(0x9C, struct.pack("<LL", 0, at) + wide(f"rId{link}") + wide(f"Staff{at}"))
        for at, link in enumerate(links, 1)
    ]
    book = [
        record(0x83),
        record(0x8F),
        *bundles,
        record(0x90),
        record(0x9D, bytes(26)),
        record(0x84),
    ]
    shared = [record(0x9F, struct.pack("<LL", 1, len(strings)))]
    shared += [record(0x13, b"\0" + wide(one)) for one in strings]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(
            "[Content_Types].xml",
            '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
            '<Default Extension="bin" ContentType="application/vnd.ms-excel.sheet.binary.macroEnabled.main"/>'
            "</Types>",
        )
        archive.writestr(
            "xl/_rels/workbook.bin.rels",
            '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
            + "".join(
                f'<Relationship Id="rId{link}" Type="x/worksheet" Target="worksheets/sheet{link}.bin"/>'
                for link in set(links)
            )
            + "</Relationships>",
        )
        archive.writestr("xl/workbook.bin", b"".join(book))
        for link in set(links):
            archive.writestr(f"xl/worksheets/sheet{link}.bin", b"".join(sheet))
        if strings:
            archive.writestr("xl/sharedStrings.bin", b"".join(shared) + record(0xA0))
    return path


# --- XLS ([MS-XLS] 2.1.4, [MS-CFB] 2) ---------------------------------------------------------------------


def biff(kind: int, content: bytes = b"") -> bytes:
    return struct.pack("<HH", kind, len(content)) + content


def xls_label(row: int, column: int, text: str) -> bytes:
    return biff(0x0204, struct.pack("<4HB", row - 1, column, 0, len(text), 0) + text.encode("latin-1"))


def xls_shared(row: int, column: int, index: int) -> bytes:
    return biff(0x00FD, struct.pack("<3HL", row - 1, column, 0, index))


def xls_texts(*pieces: bytes) -> bytes:
    """Shared texts, cut into records."""
    first, *others = pieces
    return biff(0x00FC, bytes(8) + first) + b"".join(biff(0x003C, one) for one in others)


def xls(path: Path, *more: bytes, texts: bytes = b"", sheets: int = 1) -> Path:
    """A workbook whose sheets are one and the same."""
    begin, end = biff(0x0809, struct.pack("<HHLLL", 0x0600, 5, 0, 0, 0)[:16]), biff(0x000A)
    cells = [xls_label(at, *one) for at, row in enumerate((HEAD, ANN), 1) for one in enumerate(row)]
    names = [f"Staff{number}".encode() for number in range(sheets)]
    size = len(begin) + sum(4 + 8 + len(name) for name in names) + len(texts) + len(end)
    bound = (biff(0x0085, struct.pack("<LHBB", size, 0, len(name), 0) + name) for name in names)
    book = begin + b"".join(bound) + texts + end
    assert len(book) == size
    path.write_bytes(compound(book + begin + b"".join(cells) + b"".join(more) + end))
    return path


def compound(stream: bytes, *, circle: str = "") -> bytes:
    """A compound file with one stream, called Workbook; a chain of sectors may lead in a circle."""
    stream = stream.ljust(4096, b"\0")
    sectors = -(-len(stream) // 512)
    tables = -(-(sectors + 2) // 127)
    fat = [*range(1, sectors), 0xFFFFFFFE, 0xFFFFFFFE, *[0xFFFFFFFD] * tables]
    if circle == "stream":
        fat[sectors - 1] = 0
    elif circle == "directory":
        fat[sectors] = sectors
    assert tables <= 109  # as many as the header names
    numbers = [*range(sectors + 1, sectors + 1 + tables), *[0xFFFFFFFF] * (109 - tables)]
    header = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(16)
    header += struct.pack("<5HHLL", 0x3E, 3, 0xFFFE, 9, 6, 0, 0, 0)
    header += struct.pack("<9L", tables, sectors, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0, 0)[:32]
    length = 1 << 31 if circle == "stream" else len(stream)
    directory = _entry("Root Entry", 5, 0xFFFFFFFE, 0) + _entry("Workbook", 2, 0, length) + bytes(256)
    table = struct.pack(f"<{len(fat)}L", *fat).ljust(512 * tables, b"\xff")
    return header + struct.pack("<109L", *numbers) + stream.ljust(512 * sectors, b"\0") + directory + table


def _entry(name: str, kind: int, start: int, length: int) -> bytes:
    raw = name.encode("utf-16-le")
    entry = raw.ljust(64, b"\0") + struct.pack("<HBB3L", len(raw) + 2, kind, 1, *[0xFFFFFFFF] * 3)
    return (entry + bytes(36) + struct.pack("<LQ", start, length)).ljust(128, b"\0")
