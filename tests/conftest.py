"""What holds for all tests (no time limit on an example, signals that can be heard), and what they share."""

from __future__ import annotations

import os
import re
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from bulk_register.places import DatabaseAddress
from bulk_register.sandbox import Sandbox
from tests.support.postgresql import BINARIES, Server

# what a machine may lack; a test that is skipped for anything else should have run
MAY_BE_MISSING = re.compile(r"LibreOffice|Airflow|is not installed$|no mounts of one's own")

# how long an example takes says how busy the machine is, not whether the program is right
settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")

# hundreds of processes would each compile the whole program anew
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

# nohup, and scripts that start us in the background, have SIGINT ignored; programs that tests start would
# inherit that, and not hear the Ctrl-C that they are sent
if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--complete", action="store_true", help="fail where a test that should run was skipped")


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """End with an error where a test was skipped that should have run; each is named."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if not session.config.getoption("--complete") or reporter is None:
        return
    skipped = [(report.nodeid, str(report.longrepr[2])) for report in reporter.stats.get("skipped", [])]
    missed = [f"{test}: {why}" for test, why in skipped if not MAY_BE_MISSING.search(why)]
    if missed:
        reporter.write_line("\nSkipped, but should have run:\n" + "\n".join(missed), red=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an empty folder that is the working folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def media() -> Iterator[Path]:
    """Return an empty folder that others can get at: `unprivileged` is one of them."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)
        Path(folder).chmod(0o755)


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """Return a running stand-in for StartExam."""
    with Sandbox() as running:
        yield running


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """Return a PostgreSQL server of these tests' own."""
    if not BINARIES:
        pytest.skip("no PostgreSQL server's programs here")
    with tempfile.TemporaryDirectory(prefix="postgresql-") as folder, Server(Path(folder)) as running:
        yield running


@pytest.fixture
def database(server: Server) -> DatabaseAddress:
    """Return the address of an empty PostgreSQL database."""
    return server.new_database()


@pytest.fixture(autouse=True, scope="session")
def _own_places(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Let nothing be read from or left in the state folder and the keyring of who runs the tests."""
    os.environ["XDG_STATE_HOME"] = str(tmp_path_factory.mktemp("state"))
    os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.null.Keyring"
