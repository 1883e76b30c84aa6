"""The secret key: from the environment, a file that only its owner can read, or the system's keyring."""

from __future__ import annotations

import os
import shlex
import stat
from collections.abc import Mapping
from pathlib import Path

from bulk_register.language import _

VARIABLE = "STARTEXAM_SECRET_KEY"
KEYRING_SERVICE = "bulk_register"  # the user name there is the account id
MAX_SECRET = 10_000  # characters that are read of a key file


def find_secret(environ: Mapping[str, str], file: Path | None, account_id: int | None) -> str | None:
    """Return the secret key, or None where there is none.

    Raises ValueError with what to do where a key file was named that can't be trusted or read.
    """
    if value := environ.get(VARIABLE, "").strip():
        if not value.isprintable():  # a byte that is no UTF-8 isn't either (PEP 383)
            raise ValueError(
                _(
                    "{variable} holds characters that no secret key has: copy the key again.",
                    variable=VARIABLE,
                )
            )
        return value
    if file is not None:
        folder = environ.get("CREDENTIALS_DIRECTORY", "")
        return _from_file(file.expanduser(), given_by_systemd=bool(folder) and file.is_relative_to(folder))
    return _from_keyring(account_id)


def _from_file(file: Path, *, given_by_systemd: bool) -> str:
    """Read a key file; systemd's credentials are root's, lent through a group bit (0440 and an ACL)."""
    try:
        with file.open(encoding="utf-8-sig") as opened:
            mode = os.fstat(opened.fileno()).st_mode
            value = opened.read(MAX_SECRET).strip()
    except OSError as error:
        raise ValueError(
            _("secret_key_file: {file} can't be read ({reason}).", file=file, reason=error.strerror)
        ) from None
    except UnicodeDecodeError:
        raise ValueError(_("secret_key_file: {file} is not a text file.", file=file)) from None
    if os.name == "posix" and mode & (stat.S_IRWXO if given_by_systemd else stat.S_IRWXG | stat.S_IRWXO):
        advice = f"chmod 600 {shlex.quote(str(file))}"
        raise ValueError(
            _(
                "secret_key_file: others can read {file}. Make it yours alone: {advice}",
                file=file,
                advice=advice,
            )
        )
    if not value or len(value.splitlines()) > 1:
        raise ValueError(
            _(
                "secret_key_file: {file} has several lines. It must hold the secret key and nothing else.",
                file=file,
            )
            if value
            else _(
                "secret_key_file: {file} is empty. It must hold the secret key and nothing else.", file=file
            )
        )
    return value


def _from_keyring(account_id: int | None) -> str | None:
    try:
        import keyring  # an optional extra, and slow to load
        import keyring.errors
    except ImportError:
        return None
    try:
        return keyring.get_password(KEYRING_SERVICE, str(account_id)) if account_id else None
    except (keyring.errors.KeyringError, RuntimeError, OSError) as error:  # or a desktop can't be asked
        raise ValueError(
            _(
                "The system's keyring can't be read ({error}). Set {variable} instead.",
                error=error,
                variable=VARIABLE,
            )
        ) from None
