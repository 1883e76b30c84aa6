"""Builds the program as one file for this system, into dist/."""

from __future__ import annotations

from pathlib import Path

import PyInstaller.__main__

ROOT = Path(__file__).resolve().parent.parent
WORK = ROOT / "build" / "app"
LEFT_OUT = (
    "tkinter",
    "matplotlib",
    "IPython",
    "pytest",
    "mypy",
    "playwright",
    "hypothesis",
    "babel.messages",
)


def main() -> None:
    """Build it; what it needs beside its own modules is found by PyInstaller."""
    words = ["--noconfirm", "--onefile", "--name", "bulk-register", "--log-level", "WARN"]
    words += ["--distpath", str(ROOT / "dist"), "--workpath", str(WORK), "--specpath", str(WORK)]
    words += ["--paths", str(ROOT)]
    words += ["--collect-submodules", "bulk_register", "--collect-data", "bulk_register"]
    words += ["--collect-submodules", "charset_normalizer", "--collect-submodules", "keyring.backends"]
    for name in LEFT_OUT:
        words += ["--exclude-module", name]
    PyInstaller.__main__.run([*words, str(ROOT / "packaging" / "app.py")])


if __name__ == "__main__":
    main()
