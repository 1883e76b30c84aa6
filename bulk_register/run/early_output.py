"""The output written while StartExam is still being asked: rows that are settled don't wait for others."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np

from bulk_register.output import Output, write
from bulk_register.output.results import Style, results_of
from bulk_register.records import Results, Status, Statuses, Submission

LOOK_SECONDS = 0.02  # how often a row that isn't settled yet is looked at


@contextmanager
def written_early(output: Output, submission: Submission, style: Style) -> Iterator[Output]:
    """Begin to write an output in a thread; writing it, once all is settled, is then quickly done.

    What is drafted counts only if nobody stands otherwise in the end: else the output is written anew.
    """
    path = submission.plan.roster.source.copy.with_name(f"draft{output.target.suffix}")
    draft = EarlyOutput(output, submission, style, path)
    draft.start()
    try:
        yield replace(output, writer=draft.deliver)
    finally:
        draft.give_up()


class EarlyOutput(threading.Thread):
    def __init__(self, output: Output, submission: Submission, style: Style, path: Path) -> None:
        super().__init__(name="draft", daemon=True)
        self._output = output
        self._path = path
        self._now = submission.statuses
        self._drafted = Statuses.of(len(submission.plan.roster.employees))
        self._results = results_of(submission.plan, self._drafted, style)
        self._employees = submission.plan.roster.employees.rows["employee"].to_numpy()
        self._taken = np.zeros(len(submission.plan.roster.employees), bool)
        self._over = threading.Event()  # nothing changes any more
        self._unwanted = False
        self._whole = False

    def run(self) -> None:
        try:
            write(self._output, replace(self._results, texts=self._texts), self._path)
            self._whole = True
        except _UnwantedError:
            pass
        except Exception:
            self._whole = False  # what is wrong shows again where the output is written for good

    def deliver(self, results: Results, path: Path) -> None:
        """Write the output for good, once nothing changes any more."""
        self._over.set()
        self.join()
        if self._whole and self._drafted.equals(self._now):
            shutil.copyfile(self._path, path)
        else:
            write(self._output, results, path)

    def give_up(self) -> None:
        """Let the thread end, where nobody waits for it any more."""
        self._unwanted = True
        self._over.set()
        self.join()

    def _texts(self, places: slice | np.ndarray) -> tuple[np.ndarray, ...]:
        """Wait until these rows are settled, and return their texts."""
        codes = self._employees[places]
        codes = codes[codes >= 0]
        while (self._now.status[codes] == Status.NOT_SENT).any() and not self._over.wait(LOOK_SECONDS):
            pass
        if self._unwanted:
            raise _UnwantedError
        # each employee once: what rows further up show of him can't be taken back any more
        codes = np.unique(codes[~self._taken[codes]])
        self._taken[codes] = True
        self._drafted.take_over(self._now, codes)
        return self._results.texts(places)


class _UnwantedError(Exception):
    """Nobody waits for the draft any more."""
