"""Nobody but the person with the one-time address gets anything from the page."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from bulk_register.page.store import Store, safe_name
from tests.page.support import SAME, Served

PATHS = ("/", "/roster", "/runs", "/events", "/static/page.js", "/open/", "/open/x", "/run/files/0")


def test_without_the_address_nothing_is_given_away(page: Served) -> None:
    for path in PATHS:
        answer = page.ask("GET", path)
        assert (answer.status, answer.text) == (403, ""), path


def test_the_address_works_once(page: Served) -> None:
    page.enter()
    assert page.get("/roster").status == 200
    again = page.ask("GET", urlsplit(page.address).path)
    assert (again.status, again.text) == (403, "")
    assert "set-cookie" not in again.headers


def test_a_prefetch_does_not_use_the_address_up(page: Served) -> None:
    path = urlsplit(page.address).path
    assert page.ask("GET", path, headers={"Sec-Purpose": "prefetch"}).status == 403
    assert page.ask("HEAD", path).status == 403
    page.enter()


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(page: Served) -> None:
    cookie = page.ask("GET", urlsplit(page.address).path).headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie


@pytest.mark.parametrize("host", ["evil.example", "localhost:{port}", "127.0.0.1", "127.0.0.1:1", ""])
def test_another_host_is_refused(page: Served, host: str) -> None:
    page.enter()
    answer = page.get("/roster", Host=host.format(port=page.port))
    assert (answer.status, answer.text) in ((403, ""), (400, "Invalid HTTP request received."))


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
        {"Sec-Fetch-Site": "same-origin", "Origin": "http://evil.example"},
    ],
)
def test_a_form_of_another_site_is_refused(page: Served, headers: dict[str, str]) -> None:
    page.enter()
    for path in ("/quit", "/roster", "/run", "/language"):
        assert page.ask("POST", path, b"", page.headers | headers).status == 403
    assert page.get("/roster").status == 200


def test_a_form_of_the_page_is_taken_by_either_header(page: Served) -> None:
    page.enter()
    for header in (SAME, {"Origin": page.root}):
        assert page.ask("POST", "/language", b"", page.headers | header).status == 303


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_other_sites_cannot_embed_what_is_here(page: Served, site: str) -> None:
    page.enter()
    assert page.get("/roster", **{"Sec-Fetch-Site": site}).status == 403


def test_every_answer_forbids_scripts_frames_and_caches(page: Served) -> None:
    page.enter()
    for answer in (
        page.get("/roster"),
        page.get("/static/page.js"),
        page.get("/nothing"),
        page.ask("GET", "/"),
    ):
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["referrer-policy"] == "same-origin"


def test_a_body_is_bounded_also_where_its_length_is_not_announced(page: Served) -> None:
    page.enter()
    assert page.ask("POST", "/language", b"x" * 2_000_000, page.headers | SAME).status == 413
    with socket.create_connection(("127.0.0.1", page.port), timeout=20) as wire:
        lines = ["POST /language HTTP/1.1", f"Host: 127.0.0.1:{page.port}", f"Cookie: {page.cookie}"]
        lines += ["Sec-Fetch-Site: same-origin", "Content-Type: application/x-www-form-urlencoded"]
        wire.sendall("\r\n".join([*lines, "Transfer-Encoding: chunked", "", ""]).encode())
        chunk = b"%x\r\n" % 100_000 + b"x" * 100_000 + b"\r\n"
        for _ in range(12):
            wire.sendall(chunk)
        assert wire.recv(100).split()[1] == b"413"


def test_it_listens_on_this_machine_alone(page: Served) -> None:
    addresses = {str(item[4][0]) for item in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)}
    for address in addresses - {"127.0.0.1"}:
        if address.startswith("127."):
            continue
        with pytest.raises(OSError, match=r"refused|unreachable|timed"):
            socket.create_connection((address, page.port), timeout=2).close()


@pytest.mark.skipif(
    not sys.platform.startswith("linux") or os.geteuid() != 0 or not shutil.which("curl"),
    reason="needs another user of the machine, and curl",
)
def test_another_user_of_the_machine_is_refused_with_the_address(page: Served) -> None:
    words = ["curl", "--silent", "--noproxy", "*", "--write-out", "%{http_code}", page.address]
    asked = subprocess.run(words, user=65534, capture_output=True, text=True, check=False, cwd="/")
    assert asked.stdout == "403", asked
    page.enter()  # it is not used up


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("staff.xlsx", "staff.xlsx"),
        ("Список сотрудников (2).CSV", "Список сотрудников (2).csv"),
        ("../../etc/passwd", "passwd.csv"),
        ("..\\..\\autoexec.xlsx", "autoexec.xlsx"),
        ("/abs/olute.csv", "olute.csv"),
        ("CON.xlsx", "roster.xlsx"),
        (".hidden", "hidden.csv"),
        ("a\x00b\n.csv", "a b.csv"),
        ("x" * 500 + ".xlsx", "x" * 120 + ".xlsx"),
        ("", "roster.csv"),
    ],
)
def test_names_of_uploads_are_never_paths(name: str, kept: str) -> None:
    assert safe_name(name) == kept


def test_what_lies_here_is_its_owners_alone(tmp_path: Path) -> None:
    roster = tmp_path / "roster.csv"
    roster.write_text("ID\n1\n")
    store = Store(tmp_path / "page")
    with roster.open("rb") as content:
        upload = store.take("../staff.csv", content)
    assert upload.path.parent.parent == tmp_path / "page"
    assert upload.path.stat().st_mode & 0o077 == 0
    assert upload.folder.stat().st_mode & 0o077 == 0
    assert (tmp_path / "page").stat().st_mode & 0o077 == 0
