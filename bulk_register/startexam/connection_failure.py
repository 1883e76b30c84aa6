"""Why no answer came, in plain words."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import requests
import urllib3

from bulk_register.errors import SendAgainError, StartExamError, StopError
from bulk_register.language import _

FAILURES = (requests.RequestException, urllib3.exceptions.HTTPError, OSError)

# how OpenSSL says that it did not come to an encrypted connection, over which alone a request goes
_NO_HANDSHAKE = re.compile("WRONG_VERSION_NUMBER|UNSUPPORTED_PROTOCOL|PROTOCOL_VERSION|HANDSHAKE_FAILURE")


def failure_of(error: Exception, base_url: str, timeout_seconds: float) -> StartExamError:
    """Say in plain words why no answer came, and whether the request may have been carried out."""
    where = urlsplit(base_url).netloc
    text = str(error)
    if found := _wrong_way(error, text, base_url):
        return found
    if isinstance(error, requests.exceptions.ProxyError):
        return SendAgainError(_("the proxy on the way to {where} can't be reached", where=where), lost=False)
    if isinstance(error, requests.ConnectTimeout) or "NewConnectionError" in text or "NameResolution" in text:
        return SendAgainError(
            _("{where} can't be reached (is there a network connection?)", where=where), lost=False
        )
    if isinstance(error, (requests.Timeout, urllib3.exceptions.TimeoutError, TimeoutError)):
        return SendAgainError(
            _(
                "no answer from {where} within {seconds:g} seconds",
                where=where,
                seconds=timeout_seconds,
            )
        )
    return SendAgainError(
        _("the connection to {where} broke off before the whole answer had come", where=where)
    )


def _wrong_way(error: Exception, text: str, base_url: str) -> StartExamError | None:
    """Tell where the address, its certificate or the way to it is wrong, so that waiting hardly helps."""
    where = urlsplit(base_url).netloc
    if isinstance(error, requests.exceptions.SSLError) and "CERTIFICATE_VERIFY_FAILED" in text:
        return StopError(
            _(
                "{where} shows a certificate that this machine doesn't trust. If your company inspects "
                "encrypted traffic, ask your IT department to install its certificate on this machine.",
                where=where,
            )
        )
    if isinstance(error, requests.exceptions.SSLError) and _NO_HANDSHAKE.search(text):
        return SendAgainError(
            _("{where} can't be talked to with encryption (https): is it right?", where=where), lost=False
        )
    if isinstance(error, requests.exceptions.InvalidSchema) and "SOCKS" in text:
        return StopError(
            _(
                "The way to {where} leads through a SOCKS proxy (see ALL_PROXY or HTTPS_PROXY), for "
                "which a library is missing: pip install pysocks, or name an http proxy.",
                where=where,
            )
        )
    if isinstance(error, (requests.exceptions.InvalidURL, requests.exceptions.InvalidSchema)):
        return StopError(
            _("{base_url} is not an address that can be reached. Check the base URL.", base_url=base_url)
        )
    return None
