"""Messages in the reader's language, from gettext catalogs inside the package.

A message is a whole sentence in English with named placeholders; the catalog of a language holds the sentence
in that language under it. English needs no catalog. `translations/messages.py` extracts messages by the names
of these functions.
"""

from __future__ import annotations

import gettext as catalogs
import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Any, TypeVar

T = TypeVar("T", bound=str)

DOMAIN = "bulk_register"
LOCALE_FOLDER = Path(__file__).parent / "locale"
LANGUAGES = ("en", *sorted(folder.name for folder in LOCALE_FOLDER.iterdir() if folder.is_dir()))
GROUP_MARKS = {"en": ","}  # between thousands, elsewhere a no-break space (CLDR)
DECIMAL_MARKS = {"en": "."}  # elsewhere a comma (CLDR)
QUOTATION_MARKS = "«{}»"  # in every language but English (CLDR: the first level in Russian)


class Message(str):
    """What a person reads in another language than English, with the same in English beside it."""

    english: str


class _State:
    language = "en"
    catalog: catalogs.NullTranslations = catalogs.NullTranslations()


def use(language: str) -> None:
    """Settle the language of the whole process; `language` is one of LANGUAGES."""
    _State.catalog = _catalog(language)
    _State.language = language


def current() -> str:
    """Return the language in use."""
    return _State.language


def _(message: str, /, **values: Any) -> str:
    """Return a message in the language in use, filled in; numbers with `:,` are grouped as it groups them."""
    if _State.language == "en":
        return message.format(**values) if values else message
    return _told(_State.catalog.gettext(message), message, values)


def ngettext(one: str, many: str, number: int, /, **values: Any) -> str:
    """Return the form of a message that goes with a number, which fills `{number}` too."""
    values["number"] = number
    plain = one if number == 1 else many
    if _State.language == "en":
        return plain.format(**values)
    return _told(_State.catalog.ngettext(one, many, number), plain, values)


def npgettext(context: str, one: str, many: str, number: int, /, **values: Any) -> str:
    """Return the form of a message that goes with a number, where its place decides on the words."""
    values["number"] = number
    plain = one if number == 1 else many
    if _State.language == "en":
        return plain.format(**values)
    return _told(_State.catalog.npgettext(context, one, many, number), plain, values)


def pgettext(context: str, message: str, /, **values: Any) -> str:
    """Return a message whose English words mean different things in different places."""
    if _State.language == "en":
        return message.format(**values) if values else message
    return _told(_State.catalog.pgettext(context, message), message, values)


def N_(message: str, /) -> str:  # noqa: N802 (the name that gettext's users know)
    """Mark a message that is translated where it is used."""
    return message


def english(text: str) -> str:
    """Return a message as a program keeps it: in English, whatever language it was made in."""
    return text.english if isinstance(text, Message) else text


def recalled(text: str) -> str:
    """Return a message that was kept in English, or made in another language, in the language in use.

    Other texts stay as they are.
    """
    if _State.language == "en" or not text:
        return english(text)
    if (known := _State.catalog.gettext(text)) != text:
        return _told(known, text, {})
    for message, pattern in _patterns(_State.language):
        if found := pattern.fullmatch(text):
            values = {name: recalled(value) for name, value in found.groupdict().items()}
            translated = _State.catalog.gettext(message)
            return _told(_without_formats(translated), _without_formats(message), values)
    return text


@cache
def every_language(message: str, context: str = "") -> frozenset[str]:
    """Return a message without placeholders in all languages, as outputs of any of them hold it."""
    found = map(_catalog, LANGUAGES)
    if context:
        return frozenset(catalog.pgettext(context, message) for catalog in found)
    return frozenset(catalog.gettext(message) for catalog in found)


def in_any_language(messages: Iterable[T], context: str = "") -> dict[str, T]:
    """Return messages by what outputs of any language hold for them, case-folded."""
    return {said.casefold(): one for one in messages for said in every_language(one, context)}


def grouped(number: float, spec: str = ",") -> str:
    """Return a number as the language in use writes it; `spec` is Python's format."""
    text = format(number, spec)
    if _State.language == "en":
        return text
    marks = {",": GROUP_MARKS.get(_State.language, "\N{NO-BREAK SPACE}")}
    marks["."] = DECIMAL_MARKS.get(_State.language, ",")
    return "".join(marks.get(letter, letter) for letter in text)


def in_quotes(text: str) -> str:
    """Return a name in the quotation marks of the language in use."""
    if _State.language == "en":
        return f'"{text}"'
    quoted = Message(QUOTATION_MARKS.format(text))
    quoted.english = f'"{text}"'
    return quoted


class _LocalFormatter(Formatter):
    def convert_field(self, value: Any, conversion: Any) -> Any:
        if conversion == "r" and isinstance(value, str):
            return QUOTATION_MARKS.format(repr(value)[1:-1])
        return super().convert_field(value, conversion)

    def format_field(self, value: Any, format_spec: str) -> str:
        if format_spec and isinstance(value, int | float):
            return grouped(value, format_spec)
        return format(value, format_spec)


_formatter = _LocalFormatter()


def _told(translated: str, plain: str, values: dict[str, Any]) -> Message:
    told = Message(_formatter.format(translated, **values) if values else translated)
    in_english = {name: english(value) if isinstance(value, str) else value for name, value in values.items()}
    told.english = plain.format(**in_english) if values else plain
    return told


@cache
def _catalog(language: str) -> catalogs.NullTranslations:
    if language == "en":
        return catalogs.NullTranslations()
    return catalogs.translation(DOMAIN, LOCALE_FOLDER, [language])


@cache
def _patterns(language: str) -> list[tuple[str, re.Pattern[str]]]:
    """Return what messages with placeholders look like once they are filled in, the longest first."""
    catalog = _catalog(language)
    assert isinstance(catalog, catalogs.GNUTranslations)
    keys: dict[object, str] = catalog._catalog  # type: ignore[attr-defined]
    messages = [key for key in keys if isinstance(key, str) and "\4" not in key and _is_template(key)]
    return [(message, _pattern(message)) for message in sorted(messages, key=_fixed_length, reverse=True)]


def _is_template(message: str) -> bool:
    try:
        names = [name for _fixed, name, _spec, _conversion in Formatter().parse(message) if name is not None]
    except ValueError:  # braces of its own
        return False
    return bool(names) and all(map(str.isidentifier, names))


def _pattern(message: str) -> re.Pattern[str]:
    parts = []
    seen: set[str] = set()
    for fixed, name, _spec, _conversion in Formatter().parse(message):
        parts.append(re.escape(fixed))
        if name in seen:
            parts.append(f"(?P={name})")
        elif name is not None:
            seen.add(name)
            parts.append(f"(?P<{name}>.+?)")
    return re.compile("".join(parts), re.DOTALL)


def _fixed_length(message: str) -> int:
    return sum(len(fixed) for fixed, *_rest in Formatter().parse(message))


def _without_formats(message: str) -> str:
    return re.sub(r"\{(\w+)[!:][^}]*\}", r"{\1}", message)
