"""Where words go out; a stream that nobody reads any more, or that is full, never stops the work."""

from __future__ import annotations

import json
import os
import sys
from datetime import UTC, datetime
from typing import Any, TextIO


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
        print(text, file=stream, flush=True)
    except OSError:
        silence(stream)
