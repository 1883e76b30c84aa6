"""The output written while StartExam is still being asked: rows that are settled don't wait for others."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from bulk_register.output.results import Places, RunResults, Style
from bulk_register.records import Output, Results, Statuses, Submission


@contextmanager
def written_early(output: Output, submission: Submission, style: Style) -> Iterator[Output]:
    """Begin to write an output in a thread; writing it, once all is settled, is then quickly done.

    What was written early counts only if nobody's status differs in the end: else the output is written anew.
    """
    early = EarlyOutput(output, submission, style)
    early.start()
    try:
        yield early
    finally:
        early.give_up()


class EarlyOutput(threading.Thread):
    """An output that is being written; `write` is to be called once nothing changes any more."""

    def __init__(self, output: Output, submission: Submission, style: Style) -> None:
        super().__init__(name="early-output", daemon=True)
        self.target, self.notes = output.target, output.notes
        self._output = output
        self._path = submission.plan.roster.source.copy.with_name(f"early{output.target.suffix}")
        self._statuses = submission.statuses
        self._results = _SettledResults(submission, style)
        self._complete = False

    def run(self) -> None:
        try:
            self._output.write(self._results, self._path)
            self._complete = True
        except _UnwantedError:
            pass
        except Exception:
            self._complete = False  # what is wrong shows again where the output is written for good

    def write(self, results: Results, path: Path) -> None:
        """Write the output for good, once nothing changes any more."""
        self._statuses.close()
        self.join()
        if self._complete and self._results.written.equals(self._statuses.now):
            shutil.copyfile(self._path, path)
        else:
            self._output.write(results, path)

    def give_up(self) -> None:
        """Let the thread end, where nobody waits for it any more."""
        self._results.unwanted = True
        self._statuses.close()
        self.join()


class _SettledResults(RunResults):
    """The results of rows whose employees are settled; others are waited for.

    `written` are the statuses that the texts were made from. Each employee's is taken once: what rows further
    up show of somebody can't be changed any more.
    """

    def __init__(self, submission: Submission, style: Style) -> None:
        count = len(submission.plan.roster.employees)
        self.written = Statuses.of(count)
        self.unwanted = False
        super().__init__(submission.plan, self.written, style)
        self._source = submission.statuses
        self._employees = submission.plan.roster.employees.rows["employee"].to_numpy()
        self._taken = np.zeros(count, bool)

    def texts(self, places: Places) -> tuple[np.ndarray, ...]:
        """Wait until the rows at these places are settled, and return their texts."""
        codes = self._employees[places]
        codes = codes[codes >= 0]
        codes = np.unique(codes[~self._taken[codes]])
        statuses = self._source.settled(codes)
        if self.unwanted:
            raise _UnwantedError
        self._taken[codes] = True
        self.written.replace(codes, statuses)
        return super().texts(places)


class _UnwantedError(Exception):
    """Nobody waits for the early output any more."""
