"""What a file is, told from its bytes: its name says nothing about that."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from bulk_register.errors import RosterError, one_line
from bulk_register.language import N_, _

START_BYTES = 8192
RESAVE = N_("open it in Excel and save it as .xlsx (File, Save As, Excel Workbook), then use that file.")

_ZIP = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OLD_EXCEL = (
    b"\x09\x00\x04\x00",
    b"\x09\x02\x06\x00",
    b"\x09\x04\x06\x00",
    b"\x09\x08",
)  # [MS-XLS] 2.4.21 BOF
_OTHERS = (
    (b"%PDF", N_("a PDF: export the roster as .xlsx or .csv from the program it comes from.")),
    (
        b"{\\rtf",
        N_(
            "a rich text document: open it in Excel and save it as .xlsx (File, Save As, Excel Workbook), "
            "then use that file."
        ),
    ),
    (b"\x1f\x8b", N_("packed with gzip: unpack it first.")),
    (b"7z\xbc\xaf\x27\x1c", N_("a 7-Zip archive: unpack it first.")),
    (b"Rar!", N_("a RAR archive: unpack it first.")),
    (b"BZh", N_("packed with bzip2: unpack it first.")),
    (b"\xfd7zXZ", N_("packed with xz: unpack it first.")),
    (b"\x89PNG", N_("a picture (PNG): export the roster as .xlsx or .csv.")),
    (b"\xff\xd8\xff", N_("a picture (JPEG): export the roster as .xlsx or .csv.")),
    (b"GIF8", N_("a picture (GIF): export the roster as .xlsx or .csv.")),
    (b"SQLite format 3", N_("an SQLite database: export the roster from it as .csv.")),
    (b"\x00\x01\x00\x00Standard", N_("an Access database: export the roster from it as .xlsx or .csv.")),
    (b"PAR1", N_("a Parquet file: save it as .csv first.")),
)
_WORKBOOK_STREAMS = ("Workbook", "Book", "WORKBOOK", "BOOK")
# Streams of an OLE file, named in UTF-16 in its directory ([MS-CFB] 2.6.1)
_OLE_STREAMS = (
    ("WordDocument", N_("a Word document: copy the table into a workbook and use that.")),
    ("PowerPoint Document", N_("a PowerPoint file: copy the table into a workbook and use that.")),
    ("__properties_version1.0", N_("an Outlook message: save the attached roster and use that.")),
)
_HTML = re.compile(
    r"(<\?xml[^>]*\?>\s*)?(?:<!--.*?-->\s*+)*+"
    r"<(!doctype html|html|head|meta|title|style|body|table|div|font|p|center|tr)\b",
    re.S,
)
_SYLK = re.compile(r"id;p[^\r\n]*[\r\n]+(p|b|o|f|c|nu|nn|nl|e)(;|[\r\n]|$)")


@dataclass(frozen=True)
class Contents:
    """What shows of a file which kind it is; of an archive its members, of an old Office file its bytes."""

    names: tuple[str, ...] = ()
    mimetype: bytes = b""
    types: bytes = b""
    old_office: bytes = b""
    is_text: bool = False

    def is_open_document(self) -> bool:
        """Whether it is a spreadsheet of OpenDocument."""
        return b"opendocument.spreadsheet" in self.mimetype

    def is_binary(self) -> bool:
        """Whether it is an Excel workbook in the binary format."""
        return b"sheet.binary.macroEnabled" in self.types or "xl/workbook.bin" in self.names

    def is_ooxml(self) -> bool:
        """Whether it is an Excel workbook in XML, or says so."""
        said = b"spreadsheetml" in self.types or b"ms-excel" in self.types
        return said or any(name.startswith("xl/") for name in self.names)

    def has_macros(self) -> bool:
        """Whether it is an Excel workbook in XML that says it has macros."""
        return self.is_ooxml() and b"macroEnabled.main+xml" in self.types

    def is_old_excel(self) -> bool:
        """Whether it is an old Office file with a workbook in it."""
        return any(stream.encode("utf-16-le") in self.old_office for stream in _WORKBOOK_STREAMS)


def read_contents(snapshot: Path, max_bytes: int) -> Contents:
    """Look into a file. Raises RosterError, in plain words, for what is known not to be a roster."""
    with snapshot.open("rb") as file:
        start = file.read(START_BYTES)
    for magic, what in _OTHERS:
        if start.startswith(magic):
            raise RosterError(_("the file is {what}", what=_(what)))
    if start.startswith(_ZIP):
        return _archive(snapshot, max_bytes)
    if start.startswith(_OLE):
        return _old_office(snapshot)
    if start.startswith(_OLD_EXCEL):
        raise RosterError(_("the file is a workbook of Excel 4 or older: {resave}", resave=_(RESAVE)))
    _refuse_markup(_text(start).lstrip().lower())
    if snapshot.stat().st_size > max_bytes:
        raise RosterError(
            _(
                "the file has more than {max_bytes:,} bytes: split it, or raise --max-size.",
                max_bytes=max_bytes,
            )
        )
    return Contents(is_text=True)


def _archive(snapshot: Path, max_bytes: int) -> Contents:
    from bulk_register.ooxml.archive import Archive  # not needed for text

    with Archive(snapshot, max_bytes) as archive:
        mimetype = archive.read("mimetype") if "mimetype" in archive else b""
        types = archive.read("[Content_Types].xml") if "[Content_Types].xml" in archive else b""
        return Contents(tuple(archive.names()), mimetype, types)


def _old_office(snapshot: Path) -> Contents:
    from bulk_register.ooxml.archive import refuse_encrypted  # not needed for text

    refuse_encrypted(snapshot)
    data = snapshot.read_bytes()
    for stream, what in _OLE_STREAMS:
        if stream.encode("utf-16-le") in data:
            raise RosterError(_("the file is {what}", what=_(what)))
    return Contents(old_office=data)


def no_roster(found: Contents, endings: tuple[str, ...]) -> RosterError:
    """Return the error for a file that is no roster; `endings` are those of files that may be one."""
    if found.old_office:
        return RosterError(
            _(
                "the file is an old Office document without a workbook in it, or it is cut off: get it "
                "again from where it came."
            )
        )
    return RosterError(_("the file is {what}", what=_other_archive(found, endings)))


def _other_archive(found: Contents, endings: tuple[str, ...]) -> str:
    if b"wordprocessingml" in found.types or b"opendocument.text" in found.mimetype:
        return _("a text document: copy the table into a workbook and use that.")
    if b"presentationml" in found.types or b"opendocument.presentation" in found.mimetype:
        return _("a presentation: copy the table into a workbook and use that.")
    if any(name.endswith(".iwa") for name in found.names):
        return _("an Apple Numbers document: export it as Excel or CSV (File, Export To) and use that.")
    rosters = [one_line(name) for name in found.names if name.endswith(endings)]
    if not rosters:
        return _("a ZIP archive, and no workbook: unpack it and name the roster itself.")
    return _(
        "a ZIP archive with {rosters} in it: unpack it and name the roster itself.",
        rosters=", ".join(rosters[:3]),
    )


def _refuse_markup(text: str) -> None:
    """Raise RosterError if the text is markup or another program's format rather than a table of text."""
    if text.startswith("mime-version:") or "multipart/related" in text[:1000]:
        raise RosterError(
            _("the file is a web archive (MHTML), whatever its name says: {resave}", resave=_(RESAVE))
        )
    if text.startswith("<?xml") and "urn:schemas-microsoft-com:office:spreadsheet" in text:
        raise RosterError(
            _(
                "the file is an XML spreadsheet (Excel 2003), whatever its name says: {resave}",
                resave=_(RESAVE),
            )
        )
    if _HTML.match(text) or ("<table" in text and text.startswith("<")):
        raise RosterError(
            _("the file is a web page (HTML), whatever its name says: {resave}", resave=_(RESAVE))
        )
    if text.startswith("<?xml") or re.match(r"<[a-z][\w:.-]*(\s[^<>]*)?/?>", text):
        raise RosterError(_("the file is XML, not a table: export the roster as .xlsx or .csv."))
    if re.match(r'\{\s*("|\})|\[\s*[\{\[]', text):
        raise RosterError(_("the file is JSON, not a table: export the roster as .xlsx or .csv."))
    if _SYLK.match(text):
        raise RosterError(_("the file is a SYLK sheet, whatever its name says: {resave}", resave=_(RESAVE)))
    if text.startswith("begin:vcard"):
        raise RosterError(
            _("the file is a list of contacts (vCard), not a table: export the roster as .xlsx or .csv.")
        )


def _text(start: bytes) -> str:
    """The first bytes as text, well enough to recognise markup."""
    if start.startswith((b"\xff\xfe", b"\xfe\xff")) or start[:64].count(0) > len(start[:64]) // 4:
        encoding = (
            "utf-16"
            if start[:1] in (b"\xff", b"\xfe")
            else "utf-16-le"
            if start[1:2] == b"\0"
            else "utf-16-be"
        )
        return start.decode(encoding, "replace").lstrip("\ufeff")
    return start.decode("utf-8-sig", "replace")
