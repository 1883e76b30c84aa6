"""Where a ledger is: in a file, or in a database, whose address may hold a password that nobody sees."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

from bulk_register.language import _

SCHEMA: Final = "bulk_register"  # where the tables are, unless the address says otherwise

_IS_ADDRESS = re.compile(r"postgres(ql)?://", re.IGNORECASE)
_SEARCH_PATH = re.compile(r"\s*(?:-c\s*|--)search_path=(\S+)")
# parameters of a connection that are no secrets (libpq, "Parameter Key Words"); others are not shown
_SHOWN = frozenset(
    {
        *("host", "hostaddr", "port", "dbname", "user", "service", "passfile", "application_name", "options"),
        *("sslmode", "sslrootcert", "sslcert", "sslkey", "sslcrl", "target_session_attrs", "channel_binding"),
        *("connect_timeout", "gssencmode", "load_balance_hosts", "require_auth", "tcp_user_timeout"),
    }
)


class DatabaseAddress:
    """The address of a PostgreSQL database; `str` and `repr` show it without passwords."""

    def __init__(self, text: str) -> None:
        """Take an address like postgresql://user@host/database; raises ValueError for another text."""
        parts = urlsplit(text)
        user, at, hosts = parts.netloc.rpartition("@")
        if not is_address(text) or "@" in user or "@" in parts.path or not _are_hosts(hosts):
            raise ValueError(
                _(
                    "it must be like postgresql://user@host/database; what is special in a password is "
                    "written as in addresses (@ is %40, / is %2F)"
                )
            )
        self._parameters = parse_qsl(parts.query, keep_blank_values=True)
        self._user, self._shown_hosts, self._path = user.partition(":")[0], hosts, parts.path
        self._passwords = [unquote(user.partition(":")[2])]
        self._passwords += [value for name, value in self._parameters if name not in _SHOWN]
        self._text = text
        self._at = at

    @property
    def secret(self) -> str:
        """The whole address, as libpq takes it, and with any password that it holds."""
        return self._text

    @property
    def schema(self) -> str:
        """The schema that holds the tables."""
        found = _SEARCH_PATH.search(self.options)
        return found[1] if found else SCHEMA

    @property
    def options(self) -> str:
        """What the parameter `options` says."""
        return dict(self._parameters).get("options", "")

    @property
    def other_options(self) -> str:
        """The same without the schema, which poolers don't pass on."""
        return _SEARCH_PATH.sub("", self.options)

    def without_secrets(self, words: str) -> str:
        """Return a message of libpq's on one line, without the passwords of this address."""
        shown = " ".join(words.split())
        for password in filter(None, self._passwords):
            shown = shown.replace(password, "…").replace(quote(password, safe=""), "…")
        return shown

    def __str__(self) -> str:
        shown = urlencode(
            [pair for pair in self._parameters if pair[0] in _SHOWN], safe="/,", quote_via=quote
        )
        query = f"?{shown}" if shown else ""
        return f"postgresql://{self._user}{self._at}{self._shown_hosts}{self._path}{query}"

    def __repr__(self) -> str:
        return f"DatabaseAddress({str(self)!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, DatabaseAddress) and self._text == other._text

    def __hash__(self) -> int:
        return hash(self._text)


LedgerPlace = Path | DatabaseAddress


def is_address(text: str) -> bool:
    """Tell whether a text means a database and no file."""
    return _IS_ADDRESS.match(text) is not None


def place_of(text: str) -> LedgerPlace:
    """Return the place that a text names; raises ValueError for an address that is none."""
    return DatabaseAddress(text) if is_address(text) else Path(text)


def _are_hosts(text: str) -> bool:
    """Tell whether these are hosts with ports; a forgotten host would make a password look like a port."""
    return all(
        re.fullmatch(r"(\[[0-9a-fA-F:.%]*\]|[^:@\[\]]*)(:\d*)?", host) is not None for host in text.split(",")
    )
