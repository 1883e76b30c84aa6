"""Questions to a person at a terminal; where there is none, whatever has no answer yet is an error."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass

import typer

from bulk_register.commands.voice import aside
from bulk_register.errors import DeclinedError, MendError, SettingsError

MAX_SECRET = 10_000  # characters

Fault = Callable[[str], str]  # what is wrong with an answer, "" for nothing


def somebody_there() -> bool:
    """Tell whether a person sees questions and can answer them."""
    return bool(sys.stdin and sys.stdin.isatty() and sys.stderr and sys.stderr.isatty())


@dataclass(frozen=True)
class Person:
    """Who answers: the person at the terminal, or (`asked` False) only flags and defaults."""

    asked: bool

    def choose(self, flag: str, said: str, question: str, default: str, fault: Fault) -> str:
        """Return a checked answer: what was `said` with the flag, else what the person types or the default.

        Raises SettingsError where what was said is wrong, or where there is neither an answer nor a person.
        """
        if said or not self.asked:
            answer = said or default
            if not answer:
                raise SettingsError([f"{flag} is missing, and there is nobody to ask. Give it."])
            if wrong := fault(answer):
                raise SettingsError([f"{flag} is '{answer}': {wrong}."])
            return answer
        while True:
            answer = _typed(question, default)
            if not (wrong := fault(answer)):
                return answer
            aside(wrong if wrong[:1].isupper() else f"'{answer}' can't be used: {wrong}.")

    def agrees(self, question: str, *, default: bool) -> bool:
        """Ask a question that is answered with yes or no."""
        try:
            return typer.confirm(question, default=default, err=True)
        except typer.Abort:
            raise DeclinedError("Stopped; nothing was written.") from None


def hidden(question: str) -> str:
    """Return a secret that the person types or pastes unseen; raises MendError without a terminal."""
    if not somebody_there():
        raise MendError(
            "The secret key can't be asked for: this is no terminal, so it could be seen. Set "
            "STARTEXAM_SECRET_KEY, or hand it over with --secret-from-stdin."
        )
    while True:
        try:
            answer = str(typer.prompt(question, hide_input=True, err=True, default="", show_default=False))
        except typer.Abort:
            raise DeclinedError("Stopped; nothing was written.") from None
        if answer.strip():
            return answer.strip()
        aside("Nothing came in. Paste the key and press Enter; it is not shown.")


def piped() -> str:
    """Return the secret that another program hands over on standard input; raises MendError without one."""
    text = sys.stdin.read(MAX_SECRET).strip() if sys.stdin else ""
    if not text or len(text.splitlines()) > 1:
        state = "several lines" if text else "nothing"
        raise MendError(f"--secret-from-stdin: {state} came in. Hand over the secret key and nothing else.")
    return text


def _typed(question: str, default: str) -> str:
    while True:
        try:
            answer = str(typer.prompt(question, default=default, show_default=bool(default), err=True))
        except typer.Abort:
            raise DeclinedError("Stopped; nothing was written.") from None
        if answer.strip():
            return answer.strip()
        aside("An answer is needed here. Ctrl-C stops.")
