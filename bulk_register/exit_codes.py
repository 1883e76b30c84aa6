"""The codes that scripts go by; a run that a signal has ended has 128 and its number, as shells count."""

from __future__ import annotations

EXIT_DONE = 0
EXIT_ATTENTION = 1  # done, but rows need somebody's attention
EXIT_WRONG = 2  # something given is wrong, and nothing was sent
EXIT_UNDONE = 3  # something is left to be done: run again
EXIT_BUSY = 4  # another run uses the ledger
EXIT_BUG = 70
EXIT_SIGNAL = 128  # and the signal's number
