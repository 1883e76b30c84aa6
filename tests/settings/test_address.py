from __future__ import annotations

from pathlib import Path

import pytest

from bulk_register.errors import SettingsError
from bulk_register.settings import is_this_machine, load_settings


def address(value: str) -> str:
    flags = {"base_url": value, "account_id": "1"}
    environ = {"STARTEXAM_SECRET_KEY": "k"}
    return load_settings(flags, command="tests", environ=environ, folder=Path("/nowhere")).base_url


@pytest.mark.parametrize(
    "value",
    [
        "http://api.startexam.com",
        "HTTP://API.STARTEXAM.COM",
        "http://localhost@evil.example",
        "https://user:qwertz@api.startexam.com",
        "http://127.0.0.1.evil.example",
        "http://127.0.0.1@evil.example",
        "http://127.0.0.1%2eevil.example",
        "http://localhost.evil.example",
        "http://evil.example\\@localhost",
        "http://localhost\\.evil.example",
        "http://evil.example#@localhost",
        "http://evil.example?@localhost",
        "http://[::2]",
        "http://[::1",
        "http://0.0.0.0",
        "http://127.1",
        "http://2130706433",
        "http://lоcalhost",  # the first o is Cyrillic
        "http://local\thost",
        "https://exam ple.com",
        "https://",
        "https://:8080",
        "https://x:99999",
        "https://x:y",
        "ftp://localhost",
        "//localhost",
        "localhost",
        "api.startexam.com",
        "https://api.startexam.com?x=1",
    ],
)
def test_an_address_that_could_show_links_to_others_or_is_none_is_refused(value: str) -> None:
    with pytest.raises(SettingsError) as caught:
        address(value)
    assert "qwertz" not in str(caught.value)


@pytest.mark.parametrize(
    ("value", "understood"),
    [
        ("https://api.startexam.com", "https://api.startexam.com"),
        ("https://api.startexam.com/", "https://api.startexam.com"),
        ("HTTPS://Api.StartExam.com:8443/Path/", "https://api.startexam.com:8443/Path"),
        ("http://localhost:8080", "http://localhost:8080"),
        ("http://LOCALHOST", "http://localhost"),
        ("http://127.0.0.1:1", "http://127.0.0.1:1"),
        ("http://127.9.9.9", "http://127.9.9.9"),
        ("http://[::1]:8000", "http://[::1]:8000"),
    ],
)
def test_https_everywhere_and_http_on_this_machine(value: str, understood: str) -> None:
    assert address(value) == understood


def test_this_machine_is_known_by_host_or_address() -> None:
    assert is_this_machine("http://[::1]:80/x")
    assert is_this_machine("localhost")
    assert not is_this_machine("https://api.startexam.com")
