"""Who hears of a run, is asked, and may interrupt it; whatever they do, no answer is lost."""

from __future__ import annotations

import threading
from collections.abc import Callable

from bulk_register.records import Event, Plan, Tell
from bulk_register.sending import Interruption, NoInterruption

Confirm = Callable[[Plan], bool]


def _ignore(_: Event) -> None:
    """Hear nothing."""


def _agree(_: Plan) -> bool:
    return True


class Observer:
    """Passes on events, one at a time, and counts as the run's interruption.

    Once requests go out, what `tell` raises must not cut off the run, for answers under way would be lost: it
    stops the run in order, as an interruption does, and is raised when the run has come to its end. Nothing
    more is told then.
    """

    def __init__(
        self,
        tell: Tell = _ignore,
        confirm: Confirm = _agree,
        interruption: Interruption | None = None,
    ) -> None:
        self.confirm = confirm
        self.sending = False  # from when on what `tell` raises is held back
        self._tell = tell
        self._interruption = interruption or NoInterruption()
        self._lock = threading.Lock()
        self._raised: BaseException | None = None

    def tell(self, event: Event) -> None:
        """Pass on an event."""
        with self._lock:
            if self._raised is not None:
                return
            try:
                self._tell(event)
            except BaseException as error:
                if not self.sending:
                    raise
                self._raised = error

    @property
    def times(self) -> int:
        """How often the run was asked to stop."""
        return self._interruption.times + (self._raised is not None)

    @times.setter
    def times(self, times: int) -> None:
        self._interruption.times = times

    @property
    def signal(self) -> int:
        """The signal that asked the run to stop, 0 for none."""
        return self._interruption.signal

    @signal.setter
    def signal(self, number: int) -> None:
        self._interruption.signal = number

    def raise_held(self) -> None:
        """Raise what `tell` has raised meanwhile."""
        if self._raised is not None:
            raise self._raised
