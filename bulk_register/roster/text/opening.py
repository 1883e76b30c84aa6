"""A text is opened as a grid: by the delimiter that was said, or by the one that cuts it evenly."""

from __future__ import annotations

from functools import partial
from itertools import islice

from bulk_register.errors import RosterError
from bulk_register.language import _
from bulk_register.records import Reading
from bulk_register.roster.delimiters import DELIMITERS
from bulk_register.roster.table.columns import classify_header, fold
from bulk_register.roster.text.delimiter import sniff_delimiter
from bulk_register.roster.text.encoding import TextEncoding
from bulk_register.roster.text.lines import text_lines
from bulk_register.roster.text.scan import MAX_CELL, MAX_WIDTH
from bulk_register.roster.text.text_grid import TextGrid

SAMPLE_LINES = 2000  # from which the delimiter is judged
DELIMITER_WORDS = {"tab": "\t", "\\t": "\t", "comma": ",", "semicolon": ";", "pipe": "|"}


def open_text(text: TextEncoding, reading: Reading) -> TextGrid:
    """The text cut into cells, by the delimiter that was said or the one that cuts it evenly."""
    said = DELIMITER_WORDS.get(str(reading.delimiter), reading.delimiter)
    if said is not None and (len(said) != 1 or said in '"\r\n'):
        raise RosterError(
            _("--delimiter {said!r}: one character, as in --delimiter ';', or the word tab.", said=said)
        )
    lines = list(islice(text_lines(text), SAMPLE_LINES))
    for number, line in enumerate(lines, 1):
        for one in DELIMITERS if said is None else said:
            if line.count(one) > MAX_WIDTH + MAX_CELL:  # more than a long cell may hold, too
                raise RosterError(
                    _(
                        "line {number:,} has more than {max_width:,} cells, more than any roster: export the "
                        "roster again.",
                        number=number,
                        max_width=MAX_WIDTH,
                    )
                )
    if not any(map(str.strip, lines)):
        raise RosterError(_("there is nothing but blanks in the file: it holds no employees."))
    return TextGrid(text, sniff_delimiter(lines, said, partial(_is_identifier, said=reading.id_column)))


def _is_identifier(cell: str, said: str | None) -> bool:
    return classify_header(cell).what == "identifier" or (said is not None and fold(cell) == fold(said) != "")
