"""Where words go out; a stream that nobody reads any more, or that is full, never stops the work."""

from __future__ import annotations

import re
import shutil
import sys
import textwrap
from datetime import UTC, datetime
from typing import Any, TextIO

from bulk_register.commands.terminal.streams import json_text, silence, visible
from bulk_register.errors import one_line

MIN_WIDTH = 20  # of lines that are broken between words

_COMMAND = "bulk-register "  # what follows on its line is copied by somebody
_HELD = "\0"  # stands for a blank at which no line is broken
_TWO_COLUMNS = re.compile(r"(\s*\S+(?: \S+)*  +)(\S+(?: \S+)*)")


def print_result(text: str, *, exact: bool = False) -> None:
    """Print a result; `exact` where a program reads it, so that no line is broken to fit a terminal."""
    _write(sys.stdout, text, exact=exact)


def print_note(text: str) -> None:
    """Print words that are no result."""
    _write(sys.stderr, text)


def log_text(level: str, words: str) -> None:
    """Write a log line."""
    stamp = datetime.now().strftime("%H:%M:%S")
    print_note(f"{stamp} {'' if level == 'info' or level == 'debug' else level + ': '}{one_line(words)}")


def log_json(level: str, words: str, facts: dict[str, Any] | None = None) -> None:
    """Write a log line as one JSON object."""
    stamp = datetime.now(UTC).isoformat(timespec="milliseconds")
    line = {"time": stamp, "level": level, "message": words, **(facts or {})}
    _write(sys.stderr, json_text(line, ascii_only=True), exact=True)


def visible_stream() -> TextIO | None:
    """Return the stream whose words a person sees as they come; None where both go elsewhere."""
    for stream in (sys.stderr, sys.stdout):
        if stream and stream.isatty():
            return stream
    return None


def _write(stream: TextIO | None, text: str, *, exact: bool = False) -> None:
    if stream is None:  # a Windows program without a console
        return
    text = text if exact else visible(text)  # also where a progress bar has taken the stream's place
    try:
        print(wrapped(text) if stream.isatty() and not exact else text, file=stream, flush=True)
    except OSError:
        silence(stream)


def wrapped(text: str) -> str:
    """Break lines that are wider than the terminal between words, which it doesn't do itself.

    What stands in two columns goes on below its second one. Other tables stay as they are, and so do commands
    on a line of their own.
    """
    width = shutil.get_terminal_size().columns
    return "\n".join(_broken(line, width) if len(line) > width else line for line in text.split("\n"))


def _broken(line: str, width: int) -> str:
    words = line.lstrip(" ")
    indent = " " * (len(line) - len(words))
    if columns := _TWO_COLUMNS.fullmatch(line):
        first, words = columns.groups()
        return line if width < len(first) + MIN_WIDTH else _folded(words, width, first, " " * len(first))
    if "  " in words or (indent and words.startswith(_COMMAND)):
        return line
    return _folded(words, width, indent, f"{indent}  ")


def _folded(words: str, width: int, first: str, others: str) -> str:
    folded = textwrap.wrap(
        re.sub(rf"({_COMMAND[:-1]}) (?=\w)", rf"\1{_HELD}", words),
        max(width, MIN_WIDTH),
        initial_indent=first,
        subsequent_indent=others,
        break_long_words=False,
        break_on_hyphens=False,
    )
    return "\n".join(folded).replace(_HELD, " ")
