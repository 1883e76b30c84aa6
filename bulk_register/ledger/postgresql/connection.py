"""A connection on which a server that says nothing isn't waited for without end."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import psycopg
from psycopg.abc import PQGen

from bulk_register.language import _

Result = TypeVar("Result")

# How long a server may say nothing while it owes an answer. Longer than it waits for locks (see `link`),
# shorter than a lease.
SILENT_SECONDS = 35.0
STEP_SECONDS = 0.1  # how often psycopg lets us look


class SilentError(psycopg.OperationalError):
    """The server has said nothing for too long: it hangs, though its system keeps the connection open."""


class Connection(psycopg.Connection[tuple[Any, ...]]):
    """Psycopg's, closed where the server falls silent."""

    more_seconds = 0.0

    def wait(self, gen: PQGen[Result], interval: float = STEP_SECONDS, *more: Any, **others: Any) -> Result:
        """Wait for an answer; raises SilentError where nothing comes. All waiting of psycopg is done here."""
        try:
            bounded = _unless_silent(gen, interval, SILENT_SECONDS + self.more_seconds)
            return super().wait(bounded, interval, *more, **others)
        except SilentError:
            self.close()  # it would be waited for once more, to roll back
            raise

    @contextmanager
    def patience(self, more_seconds: float = float("inf")) -> Iterator[None]:
        """Give the server so much more time for what is asked within."""
        self.more_seconds = more_seconds
        try:
            yield
        finally:
            self.more_seconds = 0.0


def _unless_silent(gen: PQGen[Result], interval: float, seconds: float) -> PQGen[Result]:
    """Pass on what psycopg tells its generator, unless that was nothing for so long.

    Steps are counted, not seconds: while this process is stopped an answer may come.
    """
    steps = 0.0
    try:
        wanted = next(gen)
        while True:
            ready = yield wanted
            steps = 0.0 if ready else steps + interval
            if steps > seconds:
                raise SilentError(_("it has not answered for {seconds:.0f} s", seconds=seconds))
            wanted = gen.send(ready)
    except StopIteration as done:
        found: Result = done.value
        return found
