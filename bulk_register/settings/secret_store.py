"""The secret key put where `find_secret` finds it: the system's keyring, or a file of its owner alone."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from pathlib import Path

from bulk_register.errors import SettingsError
from bulk_register.language import _
from bulk_register.settings.secret import KEYRING_SERVICE, MAX_SECRET


def store_in_keyring(secret_key: str, account_id: int) -> bool:
    """Put the key into the system's keyring; False where there is none, or where it doesn't keep it."""
    try:
        import keyring  # an optional extra, and slow to load
        import keyring.errors
    except ImportError:
        return False
    try:
        keyring.set_password(KEYRING_SERVICE, str(account_id), secret_key)
        return bool(keyring.get_password(KEYRING_SERVICE, str(account_id)) == secret_key)
    except (keyring.errors.KeyringError, RuntimeError, OSError):  # also a desktop that can't be asked
        return False


def store_in_file(secret_key: str, file: Path) -> Path:
    """Put the key into a file that only its owner can read, in one step; returns its whole path.

    Its folder is made where it isn't there, also its owner's alone. On Windows the user's own folders are
    closed to others already. Raises SettingsError.
    """
    file = file.absolute()
    draft = file.with_name(f".{file.name}.{secrets.token_hex(4)}.tmp")
    try:
        if file.exists():
            _insist_on_key_file(file)
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _write(secret_key, draft)
        draft.replace(file)
    except OSError as error:
        with suppress(OSError):
            draft.unlink()
        raise SettingsError(
            [
                _(
                    "The secret key can't be kept in {file} ({reason}). Name another with --secret-file.",
                    file=file,
                    reason=error.strerror,
                )
            ]
        ) from None
    return file


def _insist_on_key_file(file: Path) -> None:
    """Raise SettingsError where a file that is there holds more than a key's single line."""
    content = file.read_bytes()
    if len(content) > MAX_SECRET or len(content.splitlines()) > 1:
        raise SettingsError(
            [
                _(
                    "{file} is there already and holds something else than a key. Name another with "
                    "--secret-file.",
                    file=file,
                )
            ]
        )


def _write(secret_key: str, draft: Path) -> None:
    descriptor = os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as opened:
        opened.write(secret_key + "\n")
        opened.flush()
        os.fsync(opened.fileno())
