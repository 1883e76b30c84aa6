"""One command on its way: what was said, what became known, and its report whatever its end."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bulk_register.commands.terminal import console
from bulk_register.commands.terminal.streams import json_text
from bulk_register.language import _
from bulk_register.settings.declared import SAID

if TYPE_CHECKING:
    from bulk_register.records import Event, Roster  # with pandas, which is slow to load
    from bulk_register.run.report import Finished
    from bulk_register.settings import Command as LoadedFor
    from bulk_register.settings import Settings

ABOUT = ("run", "roster", "center", "profile")  # what each line of a JSON log says it is about


@dataclass
class Invocation:
    """One command on its way: when it started, and what its report and its log can tell whatever its end."""

    flags: dict[str, Any]
    started: datetime = field(default_factory=lambda: datetime.now(UTC))
    known: dict[str, Any] = field(default_factory=dict)  # parts of the report
    roster: Roster | None = None  # once it has been read
    finished: Finished | None = None  # once a run has come to its end
    error: str = ""  # what the command failed of, in words
    retry: bool = False  # whether the same again, later, can help
    reported: bool = False
    _about: dict[str, Any] = field(default_factory=dict)

    @property
    def said(self) -> dict[str, Any]:
        """What the flags of settings say."""
        return {name: value for name, value in self.flags.items() if name in SAID}

    @property
    def about(self) -> dict[str, Any]:
        """What is known of ABOUT by now, None for what isn't."""
        said = {name: self.flags.get(name) for name in ABOUT if isinstance(self.flags.get(name), str)}
        return dict.fromkeys(ABOUT) | said | self._about

    def settings(self, command: LoadedFor) -> Settings:
        """Return the settings; raises SettingsError."""
        from bulk_register.settings import load_settings  # pydantic is not needed for --help

        settings = load_settings(self.said, command=command)
        self.know(center=settings.center, profile=settings.profile)
        return settings

    def know(self, **facts: Any) -> None:
        """Let the log say from now on what it is about: some of ABOUT."""
        self._about |= {name: value for name, value in facts.items() if value is not None}

    def hear(self, event: Event) -> None:
        """Keep what an event makes known for the log and the report."""
        from bulk_register.records import RosterRead, RunStarted  # with pandas, which is slow to load

        if isinstance(event, RosterRead):
            self.roster = event.roster
            self._about["roster"] = str(event.roster.source.path)
        elif isinstance(event, RunStarted):
            self._about |= {"run": event.run, "center": event.exam.center}

    def log(self, level: str, words: str, facts: dict[str, Any] | None = None) -> None:
        """Write a line of the JSON log, which says what it is about."""
        console.log_json(level, words, self.about | (facts or {}))

    def wants_json(self) -> bool:
        """Tell whether a program reads the log, also where the settings can't be used."""
        if "log_format" not in self.flags:
            return False
        from bulk_register.settings import first_given  # not needed for --help

        log_format, center = first_given(self.flags, "log_format", "center")
        if center:
            self._about.setdefault("center", center)
        return log_format == "json"

    def warn(self, words: str) -> None:
        """Say what somebody should know, on standard error."""
        (self.log if self.wants_json() else console.log_text)("warning", words)

    def check_report(self, target: str | None, taken: Iterable[Path]) -> None:
        """Find what would make the report fail, and remove the last one; raises OutputError."""
        if target and target != "-":
            from bulk_register.output.destinations import check_report  # not needed for --help
            from bulk_register.paths import real_path  # as above

            self.reported = True  # where it can't be written now, it can't be later
            check_report(Path(target), taken)
            self.reported = False
            last = real_path(Path(target))
            if last.is_file():  # if this run is killed, nobody is to take it for this one's
                with suppress(OSError):
                    last.unlink()

    def content(self, code: int) -> dict[str, Any]:
        """Return the report of a command that ends now with this code, as far as things are known."""
        from bulk_register.run.report import blank_report, report, roster_report  # pandas is slow to load

        if self.finished:
            found = report(self.finished)
        else:
            read = roster_report(self.roster) if self.roster else {}
            found = blank_report(self.started, code) | self.about | read | self.known
        if self.error:
            found |= {"exit_code": code, "reason": self.error, "retry": self.retry, "error": self.error}
        return found

    def report(self, target: str | None, content: dict[str, Any]) -> None:
        """Write a report as JSON to a file, or with `-` to standard output."""
        if not target or self.reported:
            return
        self.reported = True
        text = json_text(content, indent=2)
        if target == "-":
            console.print_result(text, exact=True)
            return
        from bulk_register.output.delivery import write_text  # as above
        from bulk_register.settings.values import at_home  # as above

        try:
            write_text(text + "\n", at_home(Path(target)))
        except (OSError, ValueError) as error:
            console.print_note(
                _(
                    "Error: The report can't be written to {target} ({strerror}).",
                    target=target,
                    strerror=getattr(error, "strerror", None) or error,
                )
            )

    def fail(self, code: int) -> None:
        """Write the report of a command that ends with an error."""
        if "report" not in self.flags or self.reported:
            return
        from bulk_register.settings import first_given  # pydantic is not needed for --help

        if target := first_given(self.flags, "report")[0]:
            self.report(target, self.content(code))
