"""The fields of a delimited text's record, found without taking it apart."""

from __future__ import annotations

import re

_LINE_END = re.compile(r"(?:\r\n|\n|\r)?\Z")


def end_of(raw: str) -> str:
    """The record's line end, if it has one."""
    found = _LINE_END.search(raw)
    return found[0] if found else ""


def all_quoted(raw: str, delimiter: str) -> bool:
    """Whether every field is in quotes."""
    return all(raw.startswith('"', start) for start, _ in field_spans(raw, delimiter))


def before_end(raw: str, more: str) -> str:
    """The record with more text before its line end."""
    end = end_of(raw)
    return raw[: len(raw) - len(end)] + more + end


def field_spans(raw: str, delimiter: str) -> list[tuple[int, int]]:
    """Where the fields of the last record in `raw` begin and end, quotes included and the line end not."""
    spans: list[tuple[int, int]] = []
    at, end = 0, len(raw) - len(end_of(raw))
    while True:
        start = at
        if raw.startswith('"', at):
            at = _after_quotes(raw, at + 1)
        while at < end and raw[at] not in (delimiter, "\r", "\n"):
            at += 1
        spans.append((start, at))
        if at >= end:
            return spans
        if raw[at] != delimiter:  # a line that isn't a row, such as `sep=;`, stands before the record
            spans = []
            at += raw.startswith("\r\n", at)
        at += 1


def _after_quotes(raw: str, at: int) -> int:
    while (close := raw.find('"', at)) >= 0:
        if not raw.startswith('""', close):
            return close + 1
        at = close + 2
    return len(raw)


def unquoted(raw: str) -> str:
    """A field's text."""
    return raw[1:].removesuffix('"').replace('""', '"') if raw.startswith('"') else raw
