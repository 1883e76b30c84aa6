"""The page as a process, and somebody who talks to it over a bare socket."""

from __future__ import annotations

import http.client
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import openpyxl

from bulk_register.records import known_header
from bulk_register.sandbox import DEMO_ACCOUNT_ID, DEMO_CENTER, DEMO_SECRET_KEY, Sandbox

REPOSITORY = Path(__file__).parents[2]
SAMPLES = REPOSITORY / "sample_data"
REGISTER = re.compile(r"^Register [\d,]+ employees?$")
SAME = {"Sec-Fetch-Site": "same-origin"}


@dataclass
class Answer:
    """What came back."""

    status: int
    headers: dict[str, str]
    text: str


@dataclass
class Served:
    """A running page."""

    process: subprocess.Popen[str]
    address: str
    folder: Path
    cookie: str = ""
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def port(self) -> int:
        return urlsplit(self.address).port or 0

    @property
    def root(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def ask(
        self, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None
    ) -> Answer:
        """Send one request as it is, with nothing added but Host."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        connection.request(method, path, body, headers or {})
        came = connection.getresponse()
        answer = Answer(came.status, {name.lower(): value for name, value in came.getheaders()}, "")
        answer.text = came.read().decode()
        connection.close()
        return answer

    def enter(self) -> None:
        """Use the one-time address."""
        came = self.ask("GET", urlsplit(self.address).path)
        assert came.status == 200
        self.cookie = came.headers["set-cookie"].split(";")[0]
        self.headers = {"Cookie": self.cookie}

    def get(self, path: str, **more: str) -> Answer:
        return self.ask("GET", path, headers=self.headers | more)

    def post(self, path: str, **form: str) -> Answer:
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        return self.ask("POST", path, urlencode(form).encode(), self.headers | SAME | kind)

    def upload(self, name: str, content: bytes) -> Answer:
        mark = "----roster"
        head = (
            f'--{mark}\r\nContent-Disposition: form-data; name="roster"; filename="{name}"\r\n'
            "Content-Type: application/octet-stream\r\n\r\n"
        )
        body = head.encode() + content + f"\r\n--{mark}--\r\n".encode()
        kind = {"Content-Type": f"multipart/form-data; boundary={mark}"}
        return self.ask("POST", "/roster", body, self.headers | SAME | kind)

    def end(self, number: int = signal.SIGTERM) -> int:
        """Send a signal; returns the exit code."""
        self.process.send_signal(number)
        return self.process.wait(30)


@contextmanager
def served(folder: Path, *words: str, **environment: str) -> Iterator[Served]:
    """Start the page in a folder, with files of its own."""
    command = [sys.executable, "-m", "bulk_register", "page", "--no-browser", *words]
    own = {
        "PYTHONPATH": str(REPOSITORY),
        "XDG_STATE_HOME": str(folder / "state"),
        "XDG_CONFIG_HOME": str(folder / "config"),
        "TMPDIR": str(folder),
    }
    kept = {name: value for name, value in os.environ.items() if not name.startswith("BULK_REGISTER_")}
    with (
        (folder / "stderr.txt").open("w") as errors,
        subprocess.Popen(
            command,
            cwd=folder,
            env=kept | own | environment,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        ) as process,
    ):
        try:
            line = process.stdout.readline() if process.stdout else ""
            found = re.search(r"http://127\.0\.0\.1:\d+/\S+", line)
            assert found, (line, (folder / "stderr.txt").read_text())
            yield Served(process, found[0], folder)
        finally:
            if process.poll() is None:
                process.terminate()
                process.wait(30)


def account_of(sandbox: Sandbox, **more: str) -> dict[str, str]:
    """Return the environment of somebody who has an account there."""
    return {
        "STARTEXAM_ACCOUNT_ID": str(DEMO_ACCOUNT_ID),
        "STARTEXAM_SECRET_KEY": DEMO_SECRET_KEY,
        "BULK_REGISTER_BASE_URL": sandbox.base_url,
        "BULK_REGISTER_CENTER": DEMO_CENTER,
        "BULK_REGISTER_WAIT_FIRST": "0.05",
        "BULK_REGISTER_WAIT_MAX": "0.1",
    } | more


def roster(folder: Path, count: int, header: str = "Employee ID,Name") -> Path:
    file = folder / "people.csv"
    lines = [f"emp-{number:06d},Name of {number}" for number in range(count)]
    file.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
    return file


def links(workbook: Path) -> list[str]:
    book = openpyxl.load_workbook(workbook, read_only=True)
    rows = list(book.worksheets[0].iter_rows(values_only=True))
    book.close()
    place = [known_header(str(header)) for header in rows[0]].index("Exam Link")
    return [str(row[place] or "") for row in rows[1:]]


def uploads(served: Served) -> list[Path]:
    """Return the rosters that lie in the page's folders."""
    return [
        file for file in served.folder.rglob("page/*/*/*") if re.fullmatch(r"(staff|people)\.\w+", file.name)
    ]
