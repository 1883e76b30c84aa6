"""XML as bytes: where elements stand, and parts without what isn't data."""

from __future__ import annotations

import doctest
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bulk_register.errors import RosterError
from bulk_register.ooxml import cell_values as values
from bulk_register.ooxml import formats, xml
from bulk_register.ooxml.cells import Tags, cells, rows
from bulk_register.ooxml.extent import Extent
from bulk_register.ooxml.pieces import pieces


@pytest.mark.parametrize("module", [values, formats], ids=["values", "formats"])
def test_examples_in_docstrings_hold(module: ModuleType) -> None:
    assert doctest.testmod(module).failed == 0


def test_elements_know_where_they_stand() -> None:
    data = b'<a xmlns:r="http://x/relationships"><b r:id="1" x="a>b"/><c>text</c></a>'
    root, b, c = xml.elements(data, "part")
    assert data[b.start : b.end] == b'<b r:id="1" x="a>b"/>'
    assert data[c.inner : c.stop] == b"text"
    assert (b.attributes, b.parent, root.end) == ({"r:id": "1", "x": "a>b"}, 0, len(data))


@pytest.mark.parametrize("size", [1, 3, 7, 1000])
def test_what_is_not_data_goes(size: int) -> None:
    data = '<?xml version="1.0"?><a><!-- <row> --><t><![CDATA[1<2 & é]]></t><?pi <row>?></a>'.encode()
    first, rest = data[:30], data[30:]
    chunks = [first, *(rest[at : at + size] for at in range(0, len(rest), size))]
    assert b"".join(xml.plain(chunks, "part")) == "<a><t>1&lt;2 &amp; é</t></a>".encode()


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be", "windows-1251", "utf-8-sig"])
def test_other_encodings_become_utf_8(encoding: str) -> None:
    name = "utf-16" if encoding.startswith("utf-16") else encoding.removesuffix("-sig")
    data = f'<?xml version="1.0" encoding="{name}"?><a>Анна</a>'.encode(encoding)
    if encoding == "utf-16-be":
        data = b"\xfe\xff" + data
    assert b"".join(xml.plain([data], "part")).strip() == "<a>Анна</a>".encode()


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_text_comes_back(value: str) -> None:
    assert xml.untext(xml.text(value).encode()) == value
    xml.elements(f"<t>{xml.text(value)}</t>".encode(), "part")


def test_attributes_are_set_in_place_and_removed() -> None:
    tag = xml.with_attributes(b"<c ref='A1' s=\"2\" />", {"ref": 'x"<', "s": None, "new": "1"})
    assert tag == b'<c ref="x&quot;&lt;" new="1"/>'


def test_a_document_type_is_refused() -> None:
    with pytest.raises(RosterError, match="document type"):
        list(xml.plain([b"<!DOCTYPE a><a/>"], "part"))


@pytest.mark.parametrize("size", [5, 64, 1000])
def test_the_pieces_of_a_sheet_add_up_to_it(size: int) -> None:
    data = b'<worksheet><dimension/><sheetData><row r="1"><c r="A1"/></row><row/></sheetData><x/></worksheet>'
    found = list(pieces(xml.plain([data[at : at + size] for at in range(0, len(data), size)], "p"), "p"))
    assert b"".join(piece.data for piece in found) == data
    assert found[0].data.endswith(b"<sheetData>")
    assert found[-1].data.startswith(b"</sheetData>")


def test_rows_and_cells_without_their_numbers_are_counted() -> None:
    block = b"<row><c><v>1</v></c><c r='D3' s='3' t='s'><v>2</v></c><c/></row><row r=\"5\"/><row><c/></row>"
    found = list(rows(block, Tags(), 2))
    assert [one.number for one in found] == [3, 5, 6]
    first = list(cells(block, Tags(), found[0].inner, found[0].stop))
    assert [(one.column, one.style, one.type) for one in first] == [(0, 0, b"n"), (3, 3, b"s"), (4, 0, b"n")]


def test_a_row_without_a_number_has_that_of_its_cells() -> None:
    block = b'<row><c r="A4"/></row><row><c><v>1</v></c></row><row><c/><c r="B9"><v>1</v></c></row>'
    assert [one.number for one in rows(block, Tags(), 1)] == [4, 5, 9]


def test_a_row_and_a_cell_that_contradict_each_other_are_damage() -> None:
    with pytest.raises(RosterError, match="row 3 has a cell of row 4"):
        Extent(Tags()).see(b'<row r="2"><c r="A2"/></row><row r="3" ht="15"><c r="A4"><v>1</v></c></row>')
    with pytest.raises(RosterError, match="row 3 has a cell of row 4"):
        Extent(Tags()).see(b"<row ht='15' r='3'><c s='1' r='A4'><v>1</v></c></row>")


def test_reach_sees_cells_that_do_not_say_where_they_are() -> None:
    reach = Extent(Tags())
    reach.see(b'<row r="1"><c r="A1"><v>1</v></c></row><row r="2"><c><v>1</v></c><c><v>2</v></c></row>')
    assert reach.width == 2


def test_reach_ends_at_the_last_cell_that_holds_something() -> None:
    block = b'<row r="1"><c r="A1"><v>1</v></c><c r="B1" t="s"><v>2</v></c><c r="C1" s="4"/></row>'
    reach = Extent(Tags())
    reach.see(block)
    assert (reach.width, reach.last_row, reach.in_order) == (2, 1, True)
    reach.see(b'<row r="1"/>')
    assert not reach.in_order


@pytest.mark.parametrize(
    ("code", "kind", "shown"),
    [
        ("General", "general", "417"), ("0", "general", "417"), ("#", "general", "417"),
        ("@", "general", "417"),
        ("00000", "padded", "00417"), ('"EMP-"0000', "padded", "EMP-0417"),
        ("000\\-000", "padded", "000-417"),
        ('"№ "General', "padded", "№ 417"), ("[Red]000000", "padded", "000417"),
        ("000-00-0000", "padded", "000-00-0417"),
        ("00000;-00000", "padded", "00417"), ("[$-409]00000", "padded", "00417"), ("0;0", "general", "417"),
        ("#,##0", "other", "417"), ("0.00", "other", "417"), ("0.00E+00", "other", "417"),
        ("0%", "other", "417"),
        ("[<=99999]00000;00000-0000", "other", "417"), ("dd.mm.yyyy", "date", "417"),
        ("[h]:mm", "date", "417"),
        ("d/m/yy;@", "date", "417"), ('0"day"', "padded", "417day"),
    ],
)  # fmt: skip
def test_a_number_format_shows_a_value_as_excel_does(code: str, kind: str, shown: str) -> None:
    found = formats.number_format(code)
    assert (found.kind, found.show(417)) == (kind, shown)
