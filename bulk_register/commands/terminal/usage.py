"""The help of the commands, and command lines that can't be understood, in the language in use.

Typer says "Usage:" and what is wrong in English only, and shows options under titles only with rich.
"""

from __future__ import annotations

import re
from typing import IO, Any

import typer
from typer._click.exceptions import (
    BadOptionUsage,
    BadParameter,
    MissingParameter,
    NoArgsIsHelpError,
    NoSuchOption,
    UsageError,
)
from typer.core import TyperCommand, TyperGroup

from bulk_register.language import N_, _
from bulk_register.settings.setting import Group

# typer tells these mistakes apart by its words only
_EXTRA = re.compile(r"Got unexpected extra argument\(s\) \((?P<words>.*)\)", re.DOTALL)
_NO_COMMAND = re.compile(r"No such command '(?P<name>.*?)'\.(?: Did you mean '(?P<near>.*)'\?)?", re.DOTALL)
_BLANKS = N_('A file name with blanks in it goes in quotes: "my roster.xlsx".')


class Command(TyperCommand):
    """A command whose help shows its options under titles, the everyday ones first."""

    def make_context(self, *args: Any, **kwargs: Any) -> Any:
        """Read the command line; raises UsageError with words in the language in use."""
        try:
            return super().make_context(*args, **kwargs)
        except UsageError as error:
            raise _translated(error) from None

    def format_usage(self, ctx: Any, formatter: Any) -> None:
        """Write the line that shows how the command is called."""
        formatter.write_usage(ctx.command_path, " ".join(self.collect_usage_pieces(ctx)), _("Usage: "))

    def collect_usage_pieces(self, ctx: Any) -> list[str]:
        """Return the parts of that line behind the command."""
        return [
            _("[OPTIONS]") if piece == "[OPTIONS]" else piece for piece in super().collect_usage_pieces(ctx)
        ]

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Write arguments and options, each group under its title."""
        titles = [_("Arguments"), *(_(group.value) for group in Group)]
        groups: dict[str, list[tuple[str, str]]] = {title: [] for title in titles}
        others: list[tuple[str, str]] = []
        for parameter in self.get_params(ctx):
            if (record := parameter.get_help_record(ctx)) is None:
                continue
            if parameter.param_type_name == "argument":
                name, words = record
                groups[_("Arguments")].append((name.split(" <")[0], words))  # typer adds the type
            elif title := getattr(parameter, "rich_help_panel", None):
                groups.setdefault(title, []).append(record)
            else:
                others.append(record)
        for title, records in [*groups.items(), (_("Options"), others)]:
            if records:
                with formatter.section(title):
                    formatter.write_dl(records)

    def get_help_option(self, ctx: Any) -> Any:
        """Return the option that shows the help."""
        return _named(super().get_help_option(ctx))


class Program(TyperGroup):
    """The program, with its commands."""

    def make_context(self, *args: Any, **kwargs: Any) -> Any:
        """Read the command line up to the command; raises UsageError with words in the language in use."""
        try:
            return super().make_context(*args, **kwargs)
        except UsageError as error:
            raise _translated(error) from None

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Find the command that is meant; raises UsageError."""
        try:
            return super().resolve_command(ctx, args)
        except UsageError as error:
            raise _translated(error) from None

    def get_params(self, ctx: Any) -> Any:
        """Return the program's own options, typer's among them with words in the language in use."""
        words = {
            "install_completion": _("Install completion for the current shell."),
            "show_completion": _("Show completion for the current shell, to copy it or customize it."),
        }
        parameters = super().get_params(ctx)
        for parameter in parameters:
            if parameter.name in words:
                parameter.help = words[parameter.name]  # type: ignore[attr-defined]
        return parameters

    def format_usage(self, ctx: Any, formatter: Any) -> None:
        """Write the line that shows how the program is called."""
        formatter.write_usage(ctx.command_path, _("[OPTIONS] COMMAND [ARGS]..."), _("Usage: "))

    def get_help_option(self, ctx: Any) -> Any:
        """Return the option that shows the help."""
        return _named(super().get_help_option(ctx))


def _named(option: Any) -> Any:
    if option is not None:
        option.help = _("Show this message and exit.")
    return option


class ToldError(UsageError):
    """What is wrong with a command line, with how it is called and where the help is."""

    def show(self, file: IO[Any] | None = None) -> None:
        typer.echo(self.words(), file=file, err=file is None)

    def words(self) -> str:
        lines = [_("Error: {message}", message=self.message)]
        if self.ctx is not None:
            command = f"{self.ctx.command_path} {self.ctx.help_option_names[0]}"
            lines = [self.ctx.get_usage(), _("Try '{command}' for help.", command=command), "", *lines]
        return "\n".join(lines)


def _translated(error: UsageError) -> UsageError:
    """Return a mistake in the command line with words in the language in use."""
    if isinstance(error, NoArgsIsHelpError | ToldError):
        return error
    return ToldError(_words(error), error.ctx)


def _words(error: UsageError) -> str:
    match error:
        case NoSuchOption(option_name=name, possibilities=near):
            if near:
                return _(
                    "No such option: {name} (did you mean {near}?)", name=name, near=", ".join(sorted(near))
                )
            return _("No such option: {name}", name=name)
        case MissingParameter():
            return _("Missing argument {name}.", name=_parameter(error))
        case BadParameter(message=message):
            return _("{name}: {message}", name=_parameter(error), message=message)
        case BadOptionUsage(option_name=name, message=message):
            if "requires" in message:
                return _("The option {name} wants a value after it.", name=name)
            return _("The option {name} takes no value.", name=name)
    if found := _EXTRA.fullmatch(error.message):
        return _("More than expected: {words}. {advice}", words=found["words"], advice=_(_BLANKS))
    if (found := _NO_COMMAND.fullmatch(error.message)) and found["near"]:
        return _("There is no command {name}. Did you mean {near}?", name=found["name"], near=found["near"])
    if found:
        return _("There is no command {name}.", name=found["name"])
    return _("There is no command given.") if error.message == "Missing command." else error.message


def _parameter(error: BadParameter) -> str:
    return error.param.get_error_hint().strip("'") if error.param is not None else ""


# what typer itself looks up in the catalog
_OF_TYPER = (N_("required"), N_("default: {default}"), N_("Commands"), N_("Aborted!"))
