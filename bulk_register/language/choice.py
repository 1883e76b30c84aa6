"""Which language a command speaks: settled before anything else, for `--help` is words too."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from bulk_register.language.system import system_language
from bulk_register.language.translation import LANGUAGES
from bulk_register.names import SETTINGS_FILE, VARIABLE_PREFIX


def chosen_language(words: Sequence[str], environ: Mapping[str, str], folder: Path) -> str:
    """Return the language that a command line asks for, else the environment, the settings file, the system.

    What is none of LANGUAGES is passed over here; the settings refuse it in their own words.
    """
    for said in (
        _flag(words, "--language"),
        environ.get(f"{VARIABLE_PREFIX}LANGUAGE", ""),
        _in_settings_file(words, folder),
    ):
        if said.strip().lower() in LANGUAGES:
            return said.strip().lower()
    return system_language(environ)


def _flag(words: Sequence[str], *names: str) -> str:
    """Return what follows a flag, the last one counting, as the command line will be read later."""
    said = ""
    for place, word in enumerate(words):
        if word == "--":
            break
        name, equals, value = word.partition("=")
        if name in names:
            said = value if equals else next(iter(words[place + 1 :]), "")
    return said


def _in_settings_file(words: Sequence[str], folder: Path) -> str:
    """Return the settings file's language, "" where it has none or can't be read, which is told later."""
    named = _flag(words, "--config", "-c")
    try:
        path = Path(named).expanduser() if named else folder / SETTINGS_FILE
        text = path.read_text(encoding="utf-8-sig")
        if "language" not in text:
            return ""
        import tomllib  # slow to load

        content = tomllib.loads(text)
        profile = content.get("profile", {}).get(_flag(words, "--profile"), {})
        return str(profile.get("language", content.get("language", "")))
    except (OSError, ValueError, RuntimeError, AttributeError, TypeError):
        return ""
