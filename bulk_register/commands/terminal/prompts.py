"""Questions to a person at a terminal; where there is none, whatever has no answer yet is an error."""

from __future__ import annotations

import os
import select
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import TextIO

import typer

from bulk_register.commands.terminal.console import print_note, visible_stream, wrapped
from bulk_register.errors import DeclinedError, InputError, SettingsError
from bulk_register.language import N_, _, every_language

MAX_SECRET = 10_000  # characters
NOTICE_SECONDS = 0.2  # how soon a signal is noticed while a person thinks
STOPPED = N_("Stopped; nothing was sent or written.")

Fault = Callable[[str], str]  # what is wrong with an answer, "" for nothing


def can_ask() -> bool:
    """Tell whether a person sees questions and can answer them."""
    return stdin_is_terminal() and visible_stream() is not None


def stdin_is_terminal() -> bool:
    """Tell whether a person could type an answer, seen or unseen."""
    return bool(sys.stdin and sys.stdin.isatty())


def ask_yes_no(question: str, *, default: bool = False) -> bool:
    """Ask a question that is answered with yes or no; the end of input is a no.

    Raises InputError where nobody sees the question.
    """
    seen = visible_stream()
    if seen is None:
        raise InputError(
            _(
                "You would be asked before this, but what is said goes into files or to another program, "
                "where you can't see the question. Add --yes to go on without it."
            )
        )
    choices = _("Y/n") if default else _("y/N")
    while True:
        line = _line(seen, f"{question} [{choices}]:")
        if line is None:
            return False
        answer = line.lower()
        if answer in _answers(N_("y, yes")):
            return True
        if answer in {"", *_answers(N_("n, no"))}:
            return default and not answer
        seen.write(_("Please type y for yes or n for no, and press Enter.\n"))


def _answers(words: str) -> set[str]:
    """Return how people may answer, in every language: many type it in one that isn't set."""
    return {word.strip() for said in every_language(words) for word in said.split(",")}


@dataclass(frozen=True)
class Prompter:
    """Who answers: the person at the terminal, or (`asked` False) only flags and defaults."""

    asked: bool
    secret: str = ""  # the key, once it is known: no other answer may hold it

    def choose(self, flag: str, said: str, question: str, default: str, fault: Fault) -> str:
        """Return a checked answer: what was `said` with the flag, else what the person types or the default.

        Raises SettingsError where what was said is wrong, or where there is neither an answer nor a person.
        """
        if said or not self.asked:
            answer = said or default
            if not answer:
                raise SettingsError([_("{flag} is missing, and there is nobody to ask. Give it.", flag=flag)])
            if wrong := self._fault(answer, fault):
                raise SettingsError([f"{flag} is {self._shown(flag, answer)}: {wrong}."])
            return answer
        while True:
            if not (answer := _typed(question, default)):
                print_note(_("An answer is needed here. Ctrl-C stops."))
                continue
            if not (wrong := self._fault(answer, fault)):
                return answer
            # the answer isn't repeated: it may be the key
            print_note(wrong if wrong[:1].isupper() else _("That can't be used: {wrong}.", wrong=wrong))

    def _fault(self, answer: str, fault: Fault) -> str:
        if self.secret and self.secret in answer:
            return _("it holds the secret key, which is given at its own question only")
        return fault(answer)

    def _shown(self, flag: str, answer: str) -> str:
        """Return an answer as a message may repeat it: not where it may be the key."""
        from bulk_register.settings import is_like_number  # slow to load, and not needed for --help

        may_be_key = flag == "--account-id" and not is_like_number(answer)
        return _("not shown") if may_be_key or (self.secret and self.secret in answer) else f"'{answer}'"


def prompt_secret(question: str, *, optional: bool = False) -> str:
    """Return a secret that the person types or pastes unseen; raises InputError without a terminal.

    Where it is `optional`, Enter alone is an answer: "".
    """
    if not can_ask():
        raise InputError(
            _(
                "The secret key can't be asked for: this is no terminal, so it could be seen. Set "
                "STARTEXAM_SECRET_KEY, or hand it over with --secret-from-stdin."
            )
        )
    while True:
        answer = _typed_unseen(question)
        if answer or optional:
            return answer
        print_note(_("Nothing came in. Paste the key and press Enter; it is not shown."))


def read_secret_from_stdin() -> str:
    """Return the secret that another program hands over on standard input; raises InputError without one."""
    text = sys.stdin.read(MAX_SECRET).strip() if sys.stdin else ""
    if not text or len(text.splitlines()) > 1:
        raise InputError(
            _("--secret-from-stdin: several lines came in. Hand over the secret key and nothing else.")
            if text
            else _("--secret-from-stdin: nothing came in. Hand over the secret key and nothing else.")
        )
    return text


def _typed(question: str, default: str) -> str:
    line = _line(visible_stream() or sys.stdout, f"{question} [{default}]:" if default else f"{question}:")
    if line is None:
        raise DeclinedError(_(STOPPED))
    return line or default


def _line(seen: TextIO, prompt: str) -> str | None:
    """Return what the person types, None for the end of input.

    It never blocks for long: Python notices signals between its own steps, not within a read that one came
    just before.
    """
    seen.write(wrapped(prompt) + " ")
    seen.flush()
    try:
        while os.name == "posix" and not select.select([sys.stdin], [], [], NOTICE_SECONDS)[0]:
            pass
        line = sys.stdin.readline()
    except BaseException:  # a signal: what is said of it gets a line of its own
        seen.write("\n")
        raise
    if not line.endswith("\n"):
        seen.write("\n")
        return None
    return line.strip()


def _typed_unseen(question: str) -> str:
    try:
        return str(
            typer.prompt(
                question, default="", show_default=False, hide_input=True, err=visible_stream() is sys.stderr
            )
        ).strip()
    except typer.Abort:
        raise DeclinedError(_(STOPPED)) from None
