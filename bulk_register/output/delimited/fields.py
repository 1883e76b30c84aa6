"""The fields of a delimited text's record, found without taking it apart."""

from __future__ import annotations

import re
from functools import cache

from bulk_register.records import Dialect

_LINE_END = re.compile(r"(?:\r\n|\n|\r)?\Z")


def end_of(raw: str) -> str:
    """The record's line end, if it has one."""
    found = _LINE_END.search(raw)
    return found[0] if found else ""


def before_end(raw: str, more: str) -> str:
    """The record with more text before its line end."""
    end = end_of(raw)
    return raw[: len(raw) - len(end)] + more + end


def all_quoted(raw: str, dialect: Dialect) -> bool:
    """Whether every field is in quotes."""
    return all(is_quoted(raw[start:end], dialect) for start, end in field_spans(raw, dialect))


def is_quoted(field: str, dialect: Dialect) -> bool:
    """Whether a field is in quotes."""
    return (field.lstrip(" ") if dialect.skip_space else field).startswith('"')


def unquoted(field: str, dialect: Dialect) -> str:
    """A field's text."""
    text = field.lstrip(" ") if dialect.skip_space else field
    return text.rstrip(" ")[1:].removesuffix('"').replace('""', '"') if text.startswith('"') else text


def field_spans(raw: str, dialect: Dialect) -> list[tuple[int, int]]:
    """Where the fields of the last record in `raw` begin and end, quotes included and the line end not."""
    spans: list[tuple[int, int]] = []
    at, end = 0, len(raw) - len(end_of(raw))
    stops = _stops(dialect.delimiter)
    while True:
        start = at
        while dialect.skip_space and raw.startswith(" ", at):
            at += 1
        if raw.startswith('"', at):
            at = _after_quotes(raw, at + 1)
        stop = stops.search(raw, at, end)
        at = stop.start() if stop else max(at, end)
        spans.append((start, at))
        if not stop:
            return spans
        if stop[0] != dialect.delimiter:  # a line that isn't a row, such as `sep=;`, stands before the record
            spans = []
        at = stop.end()


@cache
def _stops(delimiter: str) -> re.Pattern[str]:
    return re.compile(f"{re.escape(delimiter)}|\r\n|\r|\n")


def _after_quotes(raw: str, at: int) -> int:
    while (close := raw.find('"', at)) >= 0:
        if not raw.startswith('""', close):
            return close + 1
        at = close + 2
    return len(raw)
