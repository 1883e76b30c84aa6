"""`python -m bulk_register` is the same program as `bulk-register`."""

from __future__ import annotations

import gettext
import os
import sys
from pathlib import Path

from bulk_register.language import chosen_language, use
from bulk_register.language.translation import DOMAIN, LOCALE_FOLDER


def main() -> None:
    """Settle the language, then run the command line: its help is words, made when it is imported."""
    language = chosen_language(sys.argv[1:], os.environ, Path())
    use(language)
    gettext.bindtextdomain(DOMAIN, LOCALE_FOLDER)  # typer looks its own words up there
    gettext.textdomain(DOMAIN)
    os.environ["LANGUAGE"] = language
    from bulk_register.cli import main as run

    run()


if __name__ == "__main__":
    main()
