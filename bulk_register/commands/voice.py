"""Where words go out; a stream that nobody reads any more, or that is full, never stops the work."""

from __future__ import annotations

import json
import os
import shutil
import sys
import textwrap
from datetime import UTC, datetime
from typing import Any, TextIO

MIN_WIDTH = 20  # of lines that are broken between words


def say(text: str) -> None:
    """Print a result."""
    _write(sys.stdout, text)


def aside(text: str) -> None:
    """Print words that are no result."""
    _write(sys.stderr, text)


def log_text(level: str, words: str) -> None:
    """Write a log line."""
    stamp = datetime.now().strftime("%H:%M:%S")
    aside(f"{stamp} {'' if level == 'info' or level == 'debug' else level + ': '}{words}")


def log_json(level: str, words: str, facts: dict[str, Any] | None = None) -> None:
    """Write a log line as one JSON object."""
    stamp = datetime.now(UTC).isoformat(timespec="milliseconds")
    aside(json.dumps({"time": stamp, "level": level, "message": words, **(facts or {})}))


def silence(stream: TextIO) -> None:
    """Let nothing come of what is written to a stream from now on, nor at exit."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
    except (OSError, ValueError):
        return


def _write(stream: TextIO | None, text: str) -> None:
    if stream is None:  # a Windows program without a console
        return
    try:
        print(_fitted(text) if stream.isatty() else text, file=stream, flush=True)
    except OSError:
        silence(stream)


def _fitted(text: str) -> str:
    """Break lines that are wider than the terminal between words, which it doesn't do itself."""
    width = shutil.get_terminal_size().columns
    return "\n".join(_broken(line, width) if len(line) > width else line for line in text.split("\n"))


def _broken(line: str, width: int) -> str:
    words = line.lstrip(" ")
    if "  " in words or "bulk-register " in words:  # columns, and commands that somebody copies
        return line
    indent = " " * (len(line) - len(words))
    folded = textwrap.wrap(
        words,
        max(width, MIN_WIDTH),
        initial_indent=indent,
        subsequent_indent=f"{indent}  ",
        break_long_words=False,
        break_on_hyphens=False,
    )
    return "\n".join(folded)
