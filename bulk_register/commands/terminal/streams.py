"""Standard output and error that show control characters instead of obeying them.

Names of files, headers, sheets and StartExam's words come from others. A terminal would carry out the escape
sequences in them and turn text around at direction marks; a log would pass both on to whoever reads it.
"""

from __future__ import annotations

import io
import json
import os
import re
import sys
from typing import Any, TextIO

# The controls of ASCII and C1, Unicode's direction marks and invisible characters, half surrogate pairs
# (bytes of a file's name that are no UTF-8, PEP 383). Line feed, tab and Persian's joiners stay.
_CONTROLS = (
    "\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f"
    "\ufeff\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f"
)
_CONTROL = re.compile(f"[{_CONTROLS}]")
_NO_ASCII = re.compile("[^ -~\n]")


class VisibleStream(io.TextIOWrapper):
    """A text stream that writes control characters as escapes, like `\\x1b`.

    Where nobody reads it any more, or a disk is full, that stops nothing: what is written goes nowhere then.
    `obeyed` writes to the same place as it is, for a progress bar.
    """

    obeyed: TextIO

    def write(self, text: str, /) -> int:
        """Write a text; returns its length."""
        try:
            super().write(visible(text))
        except OSError:
            silence(self)
        return len(text)

    def flush(self) -> None:
        """Write what is held back."""
        try:
            super().flush()
        except OSError:
            silence(self)


def silence(stream: TextIO) -> None:
    """Let nothing come of what is written to a stream from now on, nor at exit."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
    except (OSError, ValueError):
        return


def visible(text: str) -> str:
    """Return a text with escapes for control characters other than line feeds and tabs."""
    return _CONTROL.sub(lambda found: found[0].encode("unicode_escape").decode(), text)


def json_text(content: Any, *, indent: int | None = None, ascii_only: bool = False) -> str:
    """Return JSON that any program can read and that a terminal shows as it stands.

    Half surrogate pairs, which strict readers refuse, are written as visible escapes.
    """
    pattern = _NO_ASCII if ascii_only else _CONTROL
    return pattern.sub(_json_escape, json.dumps(content, ensure_ascii=False, indent=indent))


def make_standard_streams_visible() -> None:
    """Put such streams in the place of standard output and error; once, when the program starts."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if isinstance(stream, io.TextIOWrapper):  # None: a Windows program without a console
            stream.flush()
            setattr(sys, name, _visible_stream(stream))


def obeyed(stream: TextIO) -> TextIO:
    """Return a stream that obeys control characters, to the same place."""
    return stream.obeyed if isinstance(stream, VisibleStream) else stream


def _visible_stream(stream: io.TextIOWrapper) -> VisibleStream:
    stream.reconfigure(errors="backslashreplace")  # an old Windows console has no "…"
    shown = VisibleStream(
        stream.buffer,
        encoding=stream.encoding,
        errors=stream.errors,
        line_buffering=stream.line_buffering,
        write_through=stream.write_through,
    )
    shown.obeyed = stream
    return shown


def _json_escape(found: re.Match[str]) -> str:
    escape = json.dumps(found[0])[1:-1]
    return f"\\{escape}" if "\ud800" <= found[0] <= "\udfff" else escape
