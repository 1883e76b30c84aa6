"""Workbooks such as HR people have, by two makers; the roster is `A1:F31` of the first sheet."""

from __future__ import annotations

import datetime as dt
import io
import struct
import zlib
from pathlib import Path

import openpyxl
import xlsxwriter
from openpyxl.chart import BarChart, Reference
from openpyxl.comments import Comment
from openpyxl.formatting.rule import CellIsRule
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.table import Table, TableStyleInfo

ROWS = list(range(2, 32))
HEADERS = ["Employee ID", "Name", "E-mail", "Hired", "Salary", "Bonus"]


def with_openpyxl(path: Path, *, table: bool) -> Path:
    """Formats, formulas, chart, comment, link, validation, conditional format, hidden row and column."""
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.title = "Staff list"
    sheet.append(HEADERS)
    thin = Side("thin")
    edge = Border(left=thin, right=thin, top=thin, bottom=thin)
    for at in range(1, 31):
        hired = dt.date(2020, 1, 1) + dt.timedelta(at)
        sheet.append(
            [f"{at:05d}", f"=Person <{at}>", f"p{at}@example.com", hired, 1000.5 + at, f"=E{at + 1}*0.1"]
        )
        sheet.cell(at + 1, 2).data_type = "s"
        sheet.cell(at + 1, 4).number_format = "dd.mm.yyyy"
        sheet.cell(at + 1, 6).number_format = "0.00"
        for cell in sheet[sheet.max_row]:
            cell.border = edge
            if at % 2:
                cell.fill = PatternFill("solid", fgColor="FFEEEE")
    for cell in sheet[1]:
        cell.font = Font(bold=True, color="FFFFFF")
        cell.fill = PatternFill("solid", fgColor="336699")
        cell.alignment = Alignment(wrap_text=True)
    sheet.freeze_panes = "B2"
    sheet["B3"].comment = Comment("on leave", "HR")
    sheet["C4"].hyperlink = "https://example.com/x#y"
    yellow = PatternFill("solid", bgColor="FFFF00")
    rule = CellIsRule(operator="greaterThan", formula=["1010"], fill=yellow)  # type: ignore[no-untyped-call]
    sheet.conditional_formatting.add("E2:E31", rule)
    validation = DataValidation(type="list", formula1='"a,b"')
    sheet.add_data_validation(validation)
    validation.add("B2:B31")
    sheet.row_dimensions[6].hidden = True
    sheet.column_dimensions["E"].hidden = True
    chart = BarChart()
    chart.add_data(Reference(sheet, min_col=5, min_row=1, max_row=10))
    sheet.add_chart(chart, "P2")
    if table:
        sheet.add_table(
            Table(displayName="Staff", ref="A1:F31", tableStyleInfo=TableStyleInfo("TableStyleMedium9"))
        )
    else:
        sheet.auto_filter.ref = "A1:F31"
    book.create_sheet("Other")["A1"] = "='Staff list'!E2"
    book.save(path)
    return path


def with_xlsxwriter(path: Path, *, table: bool) -> Path:
    """The same by XlsxWriter: shared strings, an image, a merged title aside, rich text, a totals row."""
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("Staff list")
        head = book.add_format(
            {"bold": True, "bg_color": "#336699", "font_color": "white", "text_wrap": True}
        )
        date = book.add_format({"num_format": "dd.mm.yyyy", "border": 1})
        money = book.add_format({"num_format": "#,##0.00", "border": 1, "bg_color": "#FFEEEE"})
        sheet.write_row(0, 0, HEADERS, head)
        for at in range(1, 31):
            sheet.write_string(at, 0, f"{at:05d}")
            sheet.write_rich_string(at, 1, "Person ", book.add_format({"bold": True}), f"number {at}")
            sheet.write_url(at, 2, f"mailto:p{at}@example.com")
            sheet.write_datetime(at, 3, dt.datetime(2020, 1, 1) + dt.timedelta(at), date)
            sheet.write_number(at, 4, 1000.5 + at, money)
            sheet.write_formula(at, 5, f"=E{at + 1}*0.1", money, 100.05 + at / 10)
        sheet.set_column(1, 1, 25)
        sheet.set_column(6, 16_383, None, None, {"hidden": True})
        sheet.set_row(5, None, None, {"hidden": True})
        sheet.insert_image("P20", "logo.png", {"image_data": io.BytesIO(_png())})
        sheet.data_validation("B2:B31", {"validate": "length", "criteria": ">", "value": 1})
        sheet.conditional_format("E2:E31", {"type": "data_bar", "data_bar_2010": True})
        sheet.write_comment("B3", "on leave")
        sheet.protect()
        if table:
            columns = [{"header": name, "header_format": head} for name in HEADERS]
            columns[0]["total_string"], columns[4]["total_function"] = "Total", "sum"
            sheet.add_table("A1:F32", {"columns": columns, "total_row": True})
        else:
            sheet.autofilter("A1:F31")
        book.add_worksheet("Other").write_formula("A1", "='Staff list'!E2")
    return path


def _png() -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 8, 8, 8, 2, 0, 0, 0)
    pixels = zlib.compress((b"\0" + b"\xff\0\0" * 8) * 8)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
