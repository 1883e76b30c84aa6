"""Threads that make requests side by side, and never keep the program from ending."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Generic, TypeVar

Task = TypeVar("Task")
Result = TypeVar("Result")


class WorkerPool(Generic[Task, Result]):
    """So many threads doing one kind of work; what a thread raises is handed over like a result.

    They are daemons: Python's own pools wait at exit for a request that may hang for minutes.
    """

    def __init__(self, work: Callable[[Task], Result], size: int) -> None:
        self._work = work
        self._size = size
        self._tasks: queue.SimpleQueue[Task | None] = queue.SimpleQueue()
        self._results: queue.SimpleQueue[tuple[Task, Result | Exception]] = queue.SimpleQueue()
        self._started = 0
        self.in_flight = 0

    @property
    def free(self) -> int:
        """How many more tasks can be worked on right away."""
        return self._size - self.in_flight

    def submit(self, task: Task) -> None:
        """Give a task to a thread; a new one starts as long as there are fewer than tasks in flight."""
        self.in_flight += 1
        if self._started < self.in_flight:
            self._started += 1
            threading.Thread(target=self._run, name=f"request-{self._started}", daemon=True).start()
        self._tasks.put(task)

    def wait(self, seconds: float) -> list[tuple[Task, Result | Exception]]:
        """Return the tasks that are finished, each with its result or error; none if none is in time."""
        done = []
        with suppress(queue.Empty):
            done.append(self._results.get(timeout=seconds))
            while True:
                done.append(self._results.get_nowait())
        self.in_flight -= len(done)
        return done

    def dismiss(self) -> None:
        """Let the threads end when they have finished what they are at."""
        for _ in range(self._started):
            self._tasks.put(None)

    def _run(self) -> None:
        while (task := self._tasks.get()) is not None:
            try:
                result: Result | Exception = self._work(task)
            except Exception as error:
                result = error
            self._results.put((task, result))
