"""Which columns an output adds to the roster's."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache, cached_property

from bulk_register.api import GUID
from bulk_register.language import N_, _, every_language, in_any_language, pgettext
from bulk_register.records.statuses import RESULT_COLUMNS, known_status

_MOMENT = re.compile(r"\d{4}-\d\d-\d\d([ T]\d\d:\d\d(:\d\d)?)?")
_NUMBER = re.compile(r"-?\d+([.,]\d+)?")
_SPAN = re.compile(r"(\d+\.)?\d{1,2}:\d\d:\d\d")

EXAM_COLUMNS = (
    N_("Exam Status"),
    N_("Exam Started"),
    N_("Exam Time"),
    N_("Exam Score"),
    N_("Exam Max Score"),
    N_("Exam Percent"),
    N_("Exam Level"),
)


class ExamStatus(StrEnum):
    """How a participant stands with a test, in the words of the output's `Exam Status` column."""

    NOT_STARTED = "not started"
    STARTED = "started"
    FINISHED = "finished"
    CLOSED = "closed by timeout"


def exam_status_words() -> dict[str, str]:
    """Return what people read for each exam status, in the language in use; nothing for ""."""
    return {
        ExamStatus.NOT_STARTED: pgettext("exam status", "not started"),
        ExamStatus.STARTED: pgettext("exam status", "started"),
        ExamStatus.FINISHED: pgettext("exam status", "finished"),
        ExamStatus.CLOSED: pgettext("exam status", "closed by timeout"),
        "": "",
    }


@cache
def _known_exam_statuses() -> dict[str, ExamStatus]:
    return in_any_language(ExamStatus, "exam status")


def known_exam_status(word: str) -> ExamStatus | None:
    """Return the exam status that a word of whatever language means, None for another word."""
    return _known_exam_statuses().get(word.strip().casefold())


@dataclass(frozen=True)
class Columns:
    """The columns of an output, in their order: their English names, each with what stands behind it.

    `ours` tells by English name whether a text may be this program's own; what it knows nothing of may be
    anything.
    """

    english: tuple[str, ...]
    ours: Mapping[str, Callable[[str], object]] = field(repr=False)
    endings: tuple[str, ...] = ()  # like " (Fire safety)", in no language; () for none
    link: int | None = None  # which of them holds links
    moments: frozenset[int] = frozenset()  # which of them hold moments
    numbers: frozenset[int] = frozenset()  # which of them hold numbers

    @cached_property
    def names(self) -> tuple[str, ...]:
        """What the columns are called in English."""
        return self._ended(self.english)

    @property
    def headers(self) -> tuple[str, ...]:
        """What the columns are called in the language in use."""
        return self._ended(tuple(map(_, self.english)))

    def known(self, header: str) -> str | None:
        """Return which of `names` a header in whatever language is, None for another's."""
        return self._by_header.get(header.strip().casefold())

    def may_be_ours(self, name: str, text: str) -> bool:
        """Tell whether a text under one of `names` may be this program's own."""
        ours = self.ours.get(self.english[self.names.index(name)])
        return bool(ours and ours(text))

    def tells_ours(self, name: str) -> bool:
        """Tell whether texts under one of `names` show whether they are this program's own."""
        return self.english[self.names.index(name)] in self.ours

    def _ended(self, names: Sequence[str]) -> tuple[str, ...]:
        endings = self.endings or [""] * len(names)
        return tuple(name + ending for name, ending in zip(names, endings, strict=True))

    @cached_property
    def _by_header(self) -> dict[str, str]:
        endings = self.endings or [""] * len(self.english)
        return {
            (said + ending).casefold(): name + ending
            for name, ending in zip(self.english, endings, strict=True)
            for said in every_language(name)
        }


REGISTRATION = Columns(
    RESULT_COLUMNS,
    {
        "Participant ID": GUID.fullmatch,
        "Exam Link": lambda text: "#participant/" in text,
        "Link Valid Till": _MOMENT.fullmatch,
        "Registration Status": known_status,
    },
    link=RESULT_COLUMNS.index("Exam Link"),
    moments=frozenset({RESULT_COLUMNS.index("Link Valid Till")}),
)
_EXAM_OURS: dict[str, Callable[[str], object]] = {
    "Exam Status": known_exam_status,
    "Exam Started": _MOMENT.fullmatch,
    "Exam Time": _SPAN.fullmatch,
    "Exam Score": _NUMBER.fullmatch,
    "Exam Max Score": _NUMBER.fullmatch,
    "Exam Percent": _NUMBER.fullmatch,
}
_EXAM_NUMBERS = ("Exam Score", "Exam Max Score", "Exam Percent")


def exam_columns(tests: Sequence[str]) -> Columns:
    """Return the columns of exam results; of several tests, given by what people call them, a set each."""
    endings = [""] if len(tests) == 1 else [f" ({test})" for test in tests]
    english = EXAM_COLUMNS * len(endings)
    return Columns(
        english,
        _EXAM_OURS,
        tuple(ending for ending in endings for _name in EXAM_COLUMNS),
        moments=frozenset(at for at, name in enumerate(english) if name == "Exam Started"),
        numbers=frozenset(at for at, name in enumerate(english) if name in _EXAM_NUMBERS),
    )
