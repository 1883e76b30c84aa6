"""The floor: what no program that reads with calamine and keeps the workbook can do without.

It starts Python, imports pandas and requests, reads the sheet with calamine, waits for the requests over
some connections (keeping what they answer), and rewrites the sheet's XML in a stream, adding five cells to
each row. It checks nothing, knows no ledger and trusts the file to be as these benchmarks write it.
Arguments: roster, output, base URL (`-` to send nothing), account, secret key, center, test, connections.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import shutil
import sys
import threading
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from email.utils import formatdate
from typing import IO

import pandas as pd
import requests
from python_calamine import CalamineWorkbook

PATH = "/v2/employees-participants"
BATCH = 500
CHUNK_BYTES = 1 << 20
LEVEL = 4  # of zlib, as bulk_register has it
SHEET = "xl/worksheets/sheet1.xml"


class Caller:
    """Makes the requests; a connection for each thread."""

    def __init__(self, url: str, account: str, key: str, center: str, test: str) -> None:
        self._url, self._account, self._key = url, account, key
        self._center, self._test = center, test
        self._local = threading.local()

    def register(self, employees: list[str]) -> list[str]:
        """Register up to 500 employees; returns their participants."""
        now = datetime.now(UTC)
        members = {
            "center": self._center,
            "validFrom": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "validTill": (now + timedelta(days=10)).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "proctoring": False,
            "doNotCreateIfExist": True,
            "tests": [self._test],
            "employees": [{"id": employee} for employee in employees],
        }
        body = json.dumps(members).encode()
        date = formatdate(usegmt=True)
        text = f"POST {PATH} {date} {len(body)}"
        digest = hmac.new(self._key.encode(), text.encode(), hashlib.sha256).digest()
        headers = {
            "Date": date,
            "Authorization": f"SharedKey {self._account}:{base64.b64encode(digest).decode()}",
            "Content-Type": "application/json; charset=utf-8",
        }
        if not hasattr(self._local, "session"):
            self._local.session = requests.Session()
        response = self._local.session.post(self._url + PATH, data=body, headers=headers, timeout=60)
        response.raise_for_status()
        found: list[str] = response.json()["participantIds"]
        return found


def main(
    roster: str, output: str, url: str, account: str, key: str, center: str, test: str, lines: str
) -> None:
    """Read, wait, write."""
    identifiers = _read(roster)
    employees = pd.unique(pd.Series(identifiers, dtype=object)).tolist()
    batches = [employees[start : start + BATCH] for start in range(0, len(employees), BATCH)]
    if url == "-":
        answers = [[f"{number:036d}" for number in range(len(batch))] for batch in batches]
    else:
        with ThreadPoolExecutor(int(lines)) as pool:
            answers = list(pool.map(Caller(url, account, key, center, test).register, batches))
    found = dict(zip(employees, (one for answer in answers for one in answer), strict=True))
    _rewrite(roster, output, center, [found[identifier] for identifier in identifiers])


def _read(roster: str) -> list[str]:
    with CalamineWorkbook.from_path(roster) as book:
        rows = book.get_sheet_by_index(0).iter_rows()
        next(rows)
        return [str(row[0]) for row in rows]


def _rewrite(roster: str, output: str, center: str, participants: list[str]) -> None:
    with (
        zipfile.ZipFile(roster) as old,
        zipfile.ZipFile(output, "w", zipfile.ZIP_DEFLATED, compresslevel=LEVEL) as new,
    ):
        for member in old.infolist():
            with old.open(member) as source, new.open(member.filename, "w", force_zip64=True) as target:
                if member.filename == SHEET:
                    _graft(source, target, _cells(center, participants))
                else:
                    shutil.copyfileobj(source, target, CHUNK_BYTES)


def _graft(source: IO[bytes], target: IO[bytes], cells: Iterator[bytes]) -> None:
    """Put a row's new cells in front of each `</row>`."""
    held = b""
    while chunk := source.read(CHUNK_BYTES):
        *parts, held = (held + chunk).split(b"</row>")
        target.write(b"".join(piece for part in parts for piece in (part, next(cells))))
    target.write(held)


def _cells(center: str, participants: list[str]) -> Iterator[bytes]:
    heads = ("Participant ID", "Exam Link", "Link Valid Till", "Registration Status", "Registration Note")
    yield b"".join(_cell(f"{c}1", text) for c, text in zip("IJKLM", heads, strict=True)) + b"</row>"
    link = f"https://go.startexam.com/{center}#participant/"
    end = (datetime.now() + timedelta(days=10)).strftime("%Y-%m-%d %H:%M:%S")
    text = (
        '<c r="I{0}" t="inlineStr"><is><t>{1}</t></is></c>'
        f'<c r="J{{0}}" t="inlineStr"><is><t>{link}{{1}}</t></is></c>'
        f'<c r="K{{0}}" t="inlineStr"><is><t>{end}</t></is></c>'
        '<c r="L{0}" t="inlineStr"><is><t>registered</t></is></c><c r="M{0}"/></row>'
    ).format
    for row, participant in enumerate(participants, 2):
        yield text(row, participant).encode()


def _cell(place: str, text: str) -> bytes:
    return f'<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>'.encode()


if __name__ == "__main__":
    main(*sys.argv[1:])
