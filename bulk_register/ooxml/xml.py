"""XML as bytes: where each element of a small part stands, and a large part as a plain stream.

A part is changed by replacing byte ranges, so that all the rest of it stays byte for byte what it was.
Document type declarations, and with them entity expansion, are refused: ECMA-376 part 2, section 6.1.4.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple
from xml.parsers import expat
from xml.sax.saxutils import escape as _escape

from bulk_register.language import _
from bulk_register.ooxml.archive import damaged

MAX_HELD_BYTES = 64 * 1024**2  # the longest cell has 32,767 characters
MAX_DECLARATION = 1024  # bytes
MAX_DIGITS = 9  # of a whole number in an attribute; Excel's own are below 2**31
_TAG_END = re.compile(rb"""(?:[^>"']++|"[^"]*+"|'[^']*+')*+>""")
_DECLARATION = re.compile(rb"""\s*<\?xml[^>]*?(?:encoding\s*=\s*["']([\w.-]+)["'][^>]*?)?\?>""")
_OUR_DECLARATION = b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\r\n'
_SPECIAL = re.compile(rb"<!--|<!\[CDATA\[|<\?|<!")
_SPECIAL_ENDS = {b"<!--": b"-->", b"<![CDATA[": b"]]>", b"<?": b"?>"}
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
# what XML 1.0 can't hold, and an underscore that would read as such an escape (ECMA-376 part 1, 22.9.2.19)
_UNWRITABLE = re.compile("[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")
_NEEDS_ESCAPING = re.compile(f"[&<>]|{_UNWRITABLE.pattern}")
_REFERENCE = re.compile("&(#x[0-9A-Fa-f]+|#[0-9]+|[a-z]+);")
_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")


class Element(NamedTuple):
    """An element of a part and its byte offsets: `start` < inner content from `inner` to `stop` < `end`."""

    name: str  # local
    attributes: dict[str, str]  # local names; a relationship's id is `r:id` whatever its prefix
    start: int
    inner: int
    stop: int
    end: int
    parent: int  # index of the parent element; -1 for the root


def elements(data: bytes, part: str) -> list[Element]:
    """Every element of a part in document order; raises RosterError where it isn't well-formed.

    `data` must be UTF-8 (`plain` makes it so).
    """
    found: list[Element] = []
    open_: list[int] = []
    parser = expat.ParserCreate(namespace_separator=" ")

    def start(name: str, attributes: dict[str, str]) -> None:
        at = parser.CurrentByteIndex
        match = _TAG_END.match(data, at)
        inner = match.end() if match else at
        local = {_local(key): value for key, value in attributes.items()}
        found.append(Element(name.rpartition(" ")[2], local, at, inner, -1, -1, open_[-1] if open_ else -1))
        open_.append(len(found) - 1)

    def end(_name: str) -> None:
        index = open_.pop()
        element, at = found[index], parser.CurrentByteIndex
        alone = data[element.inner - 2 : element.inner] == b"/>"
        stop = element.inner if alone else at
        after = element.inner if alone else data.index(b">", at) + 1
        found[index] = element._replace(stop=stop, end=after)

    def doctype(*_said: object) -> None:
        raise damaged(
            _("its part {part} has a document type declaration, which workbooks never have", part=part)
        )

    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.StartDoctypeDeclHandler = doctype
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        raise damaged(_("its part {part} is not well-formed ({error})", part=part, error=error)) from error
    return found


def _local(key: str) -> str:
    namespace, _, name = key.rpartition(" ")
    return f"r:{name}" if namespace.endswith("/relationships") else name


def prefix_of(data: bytes, element: Element) -> str:
    """The element's prefix with its colon, or the empty string."""
    match = re.match(rb"<([^\s/>:]+:)?", data[element.start : element.inner])
    return match[1].decode() if match and match[1] else ""


def splice(data: bytes, changes: Iterable[tuple[int, int, bytes]]) -> bytes:
    """The data with byte ranges (start, end, what to put there) replaced; ranges don't overlap."""
    pieces, at = [], 0
    for start, end, replacement in sorted(changes, key=lambda change: change[:2]):
        pieces += [data[at:start], replacement]
        at = end
    return b"".join([*pieces, data[at:]])


def whole(written: str, what: str) -> int:
    """Return the whole number that an attribute holds; raises RosterError for anything else."""
    digits = written.strip()
    if not (digits.isascii() and digits.isdigit() and len(digits) <= MAX_DIGITS):
        raise damaged(
            _(
                "its {what} {digits!r} is no whole number that a workbook could have",
                what=what,
                digits=digits[:20],
            )
        )
    return int(digits)


def declared(data: bytes) -> bytes:
    """A part with its XML declaration, which `plain` takes away."""
    return _OUR_DECLARATION + data.lstrip()


def with_attributes(tag: bytes, changes: dict[str, str | None]) -> bytes:
    """A start tag with these attributes set, or removed where the value is None."""
    for name, value in changes.items():
        pattern = re.compile(rb"""\s""" + re.escape(name.encode()) + rb"""\s*=\s*(?:"[^"]*"|'[^']*')""")
        new = b"" if value is None else f' {name}="{attribute(value)}"'.encode()
        tag, count = pattern.subn(lambda _, new=new: new, tag, count=1)  # type: ignore[misc]
        if not count and new:
            close = len(tag) - (2 if tag.endswith(b"/>") else 1)
            tag = tag[:close].rstrip() + new + tag[close:]
    return tag


def text(value: str) -> str:
    """Text for an element of SpreadsheetML: escaped, control characters as `_x0008_`."""
    return _escape(_UNWRITABLE.sub(lambda found: f"_x{ord(found[0]):04X}_", value))


def texts(values: list[str]) -> list[str]:
    """Many texts as by `text`; quick where none of them needs escaping."""
    return [text(value) for value in values] if needs_escaping("".join(values)) else values


def needs_escaping(value: str) -> bool:
    """Whether `text` would change this; most texts are cleared by the quick tests before the expression."""
    quick = value.isprintable() and not any(mark in value for mark in ("&", "<", ">", "_x"))
    return not quick and _NEEDS_ESCAPING.search(value) is not None


def attribute(value: str) -> str:
    """Text for an attribute's value in double quotes."""
    return _escape(value, {'"': "&quot;", "\n": "&#10;", "\r": "&#13;", "\t": "&#9;"})


def untext(raw: bytes) -> str:
    """The text that an element's raw content stands for, entities and `_x000D_` escapes resolved."""
    try:
        value = raw.decode()
    except UnicodeDecodeError as error:
        raise damaged(_("a text in it is not in the encoding it names ({error})", error=error)) from error
    if "&" in value:
        value = _REFERENCE.sub(_entity, value)
    if "_x" in value:
        value = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), value)
        # escapes are UTF-16: two may make a character, and half of one makes none
        value = value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return value


def _entity(found: re.Match[str]) -> str:
    name = found[1]
    if name.startswith("#"):
        digits, base = (name[2:], 16) if name[1] == "x" else (name[1:], 10)
        code = int(digits, base) if len(digits.lstrip("0")) <= MAX_DIGITS else 0x110000
        if code >= 0x110000 or 0xD800 <= code < 0xE000:  # XML 1.0, 2.2
            raise damaged(_("a text in it holds {found}, which is no character", found=found[0][:20]))
        return chr(code)
    return {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}.get(name, found[0])


def plain(chunks: Iterable[bytes], part: str) -> Iterator[bytes]:
    """The same part as UTF-8 without comments, processing instructions and CDATA sections.

    In what is left `<` begins a tag and nothing else, so that tags can be found by regular expressions.
    Pieces never end inside a tag. Raises RosterError for a document type declaration.
    """
    held = b""
    for chunk in _utf8(iter(chunks), part):
        held += chunk
        cut = held.rfind(b">") + 1
        piece, held = held[:cut], held[cut:]
        # looking for the rarer single bytes first takes a fraction of the time
        if (b"!" in piece and b"<!" in piece) or (b"?" in piece and b"<?" in piece):
            piece, left = _without_specials(piece, part)
            held = left + held
        if piece:
            yield piece
        if len(held) > MAX_HELD_BYTES:
            raise damaged(_("its part {part} has a tag or text that never ends", part=part))
    if held.strip():
        raise damaged(_("its part {part} is cut off", part=part))


def _utf8(chunks: Iterator[bytes], part: str) -> Iterator[bytes]:
    first = next(chunks, b"")
    encoding = next((name for bom, name in _BOMS if first.startswith(bom)), None)
    declared = _DECLARATION.match(first, 0, MAX_DECLARATION)
    if encoding is None and declared and declared[1]:
        encoding = declared[1].decode().lower()
    if declared:
        first = first[declared.end() :]
    if encoding in (None, "utf-8", "utf8", "us-ascii"):
        yield first
        yield from chunks
        return
    try:
        decoder = codecs.getincrementaldecoder(encoding)()
        text_ = decoder.decode(first)
        yield re.sub(r"^\s*<\?xml[^>]*\?>", "", text_).encode()
        for chunk in chunks:
            yield decoder.decode(chunk).encode()
    except (LookupError, UnicodeError) as error:
        raise damaged(
            _("its part {part} is not in the encoding it names ({error})", part=part, error=error)
        ) from error


def _without_specials(data: bytes, part: str) -> tuple[bytes, bytes]:
    """The data without its special sections, and the beginning of one that isn't complete yet."""
    pieces, at = [], 0
    while match := _SPECIAL.search(data, at):
        pieces.append(data[at : match.start()])
        if match[0] not in _SPECIAL_ENDS:
            raise damaged(
                _("its part {part} has a document type declaration, which workbooks never have", part=part)
            )
        close = _SPECIAL_ENDS[match[0]]
        end = data.find(close, match.end())
        if end < 0:
            return b"".join(pieces), data[match.start() :]
        if match[0] == b"<![CDATA[":
            pieces.append(_escape(data[match.end() : end].decode("latin-1")).encode("latin-1"))
        at = end + len(close)
    return b"".join([*pieces, data[at:]]), b""
