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

REPOSITORY = Path(__file__).parents[2]
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
