"""The catalogs of messages: brought up to date, checked, compiled.

    python translations/messages.py update   what `make messages` does
    python translations/messages.py check    what `make check` does
    python translations/messages.py compile  what building the package does

A further language is a folder in bulk_register/language/locale/ with a catalog in it; `update` fills that.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from string import Formatter

from babel.messages import Catalog
from babel.messages.catalog import Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "bulk_register"
LOCALE_FOLDER = PACKAGE / "language" / "locale"
KEYWORDS = {
    "_": None,
    "N_": None,
    "ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
NO_DATE = datetime(2000, 1, 1, tzinfo=UTC)
SOURCES = [("**.py", "python"), ("**/templates/**.html", "jinja2")]  # jinja2 brings its own extraction
COMMENT_TAGS = ("Translators:",)
# without dates and people: what changes is in the history
HEADER = """\
msgid ""
msgstr ""
"Language: {language}\\n"
"Plural-Forms: {plural_forms}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"

"""


def main() -> None:
    """Do what the command line says; exits with 1 where a check finds something."""
    action = sys.argv[1:] or ["check"]
    if action == ["update"]:
        for path in catalogs():
            update(path)
    elif action == ["compile"]:
        for path in catalogs():
            compile_catalog(path)
    elif action == ["check"]:
        found = [fault for path in catalogs() for fault in faults(path)]
        sys.exit("\n".join([*found, "`make messages` brings the catalogs up to date."]) if found else 0)
    else:
        sys.exit(__doc__)


def catalogs() -> list[Path]:
    """Return the catalogs of all languages."""
    return sorted(LOCALE_FOLDER.glob("*/LC_MESSAGES/bulk_register.po"))


def extracted() -> Catalog:
    """Return all messages of the package, in the order of their files."""
    template = Catalog(charset="utf-8")
    found = extract_from_dir(PACKAGE, SOURCES, keywords=KEYWORDS, comment_tags=COMMENT_TAGS)
    for name, _line, message, comments, context in sorted(found, key=lambda item: (item[0], item[1])):
        place = (f"bulk_register/{name}", 0)
        template.add(message, None, [place], auto_comments=comments, context=context)
    return template


def update(path: Path) -> None:
    """Bring a catalog up to date with the package: new messages come in empty, others go."""
    catalog = read_catalog(path)
    catalog.update(extracted(), no_fuzzy_matching=True)
    catalog.obsolete.clear()
    write_catalog(path, catalog)


def compile_catalog(path: Path) -> None:
    """Write the file that is read at run time beside a catalog, whole or not at all."""
    compiled = BytesIO()
    write_mo(compiled, read_catalog(path))
    target = path.with_suffix(".mo")
    draft = target.with_suffix(".mo.new")
    draft.write_bytes(compiled.getvalue())
    draft.replace(target)


def faults(path: Path) -> Iterator[str]:
    """Say what is wrong with a catalog: a missing, fuzzy, stale or damaged message, each with its words."""
    catalog, wanted = read_catalog(path), extracted()
    known = {_key(message) for message in catalog if message.id}
    needed = {_key(message) for message in wanted if message.id}
    where = path.parent.parent.name
    for words, _context in sorted(needed - known, key=str):
        yield f"{where}: not there: {words!r}"
    for words, _context in sorted(known - needed, key=str):
        yield f"{where}: stale: {words!r}"
    for message in catalog:
        if message.id and (fault := _fault(message, catalog.num_plurals)):
            yield f"{where}: {fault}: {message.id!r}"
    compiled = path.with_suffix(".mo")
    fresh = BytesIO()
    write_mo(fresh, catalog)
    if compiled.exists() and compiled.read_bytes() != fresh.getvalue():
        yield f"{where}: {compiled.name} was made from another state of it"


def _fault(message: Message, plural_forms: int) -> str:
    plain = [message.id] if isinstance(message.id, str) else list(message.id)
    told = [message.string] if isinstance(message.string, str) else list(message.string)
    if message.fuzzy:
        return "fuzzy"
    if not all(told):
        return "not translated"
    if len(plain) == 2 and len(told) != plural_forms:
        return f"{len(told)} plural forms for {plural_forms}"
    fields = set().union(*map(_fields, plain))
    for text in told:
        if not _fields(text) <= fields or (_fields(text) != fields and len(plain) == 1):
            return "other placeholders"
        if plain[0][:1].isspace() != text[:1].isspace() or plain[0][-1:].isspace() != text[-1:].isspace():
            return "other blanks at its ends"
    return ""


def _fields(text: str) -> set[str]:
    """Return the placeholders with their formats; a text that is no template has none."""
    try:
        parts = [(name, spec) for _, name, spec, _ in Formatter().parse(text) if name is not None]
    except ValueError:
        return set()
    return {f"{name}:{spec}" for name, spec in parts if re.fullmatch(r"\w+", name)}


def _key(message: Message) -> tuple[str | tuple[str, ...], str | None]:
    return message.id if isinstance(message.id, str) else tuple(message.id), message.context


def read_catalog(path: Path) -> Catalog:
    """Read a catalog; an empty file is one without messages."""
    with path.open("rb") as file:
        catalog = read_po(file, locale=path.parent.parent.name, domain="bulk_register")
    catalog.creation_date = catalog.revision_date = NO_DATE  # or each compilation would be another file
    return catalog


def write_catalog(path: Path, catalog: Catalog) -> None:
    """Write a catalog as text."""
    text = BytesIO()
    write_po(text, catalog, width=100, omit_header=True, include_lineno=False)
    header = HEADER.format(language=catalog.locale_identifier, plural_forms=catalog.plural_forms)
    path.write_bytes(header.encode() + text.getvalue())


if __name__ == "__main__":
    main()
