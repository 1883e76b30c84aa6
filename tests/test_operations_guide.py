"""The guide for operators, followed to the letter by a shell, in a place of its own; the crontab too."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from bulk_register.run.metrics import HELP, PREFIX
from bulk_register.sandbox import DEMO_CENTER, Sandbox
from tests.support.program import clean

DOCS = Path(__file__).parent.parent / "docs"
GUIDE = (DOCS / "operations.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^## ([^\n]+)$|^```sh\n(.*?)```", GUIDE, re.MULTILINE | re.DOTALL)
ROOTS = re.compile(r"(?<![\w.])/(?=(?:opt|etc|srv|usr/local|var)/)")
ELSEWHERE = re.compile(r"^(python3 -m venv|/\S*/pip install) .*$", re.MULTILINE)  # what packaging's tests try

pytestmark = pytest.mark.skipif(os.name != "posix", reason="a guide for Unix")


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Return a folder that stands for the root of a machine on which the program is installed."""
    program = Path(sys.executable).with_name("bulk-register")
    if not program.exists():
        pytest.skip("bulk-register is not installed beside this Python")
    (tmp_path / "opt/bulk-register/bin").mkdir(parents=True)
    (tmp_path / "opt/bulk-register/bin/bulk-register").symlink_to(program)
    for center in ("berlin", "madrid"):
        (tmp_path / "srv/exams" / center).mkdir(parents=True)
        lines = "".join(f"{center}-{number},Somebody\n" for number in range(3))
        (tmp_path / "srv/exams" / center / "staff.csv").write_text(f"Employee ID,Name\n{lines}")
    [settings] = re.findall(r"^```toml\n(.*?)```", GUIDE, re.MULTILINE | re.DOTALL)
    settings = re.sub("(berlin|madrid)-center", DEMO_CENTER, settings)
    (tmp_path / "srv/exams/bulk_register.toml").write_text(ROOTS.sub(f"{tmp_path}/", settings))
    (tmp_path / "usr/local/bin").mkdir(parents=True)
    (tmp_path / "usr/local/bin/bulk-register").symlink_to(program)
    return tmp_path


def shell(script: str, place: Path, sandbox: Sandbox) -> subprocess.CompletedProcess[str]:
    moved = ROOTS.sub(f"{place}/", ELSEWHERE.sub("true", script))
    environ = {"STARTEXAM_ACCOUNT_ID": str(sandbox.account_id), "STARTEXAM_SECRET_KEY": sandbox.secret_key}
    environ |= {"BULK_REGISTER_BASE_URL": sandbox.base_url}
    environ |= {"PATH": f"{place}/usr/local/bin:{os.environ['PATH']}"}
    words = ["sh", "-euc", moved]
    return subprocess.run(
        words, cwd=place, env=clean(environ, place), capture_output=True, text=True, check=False, timeout=240
    )


def test_the_guide_s_commands_work_in_its_order(place: Path) -> None:
    script = "\n".join(f"echo '## {title}'" if title else block for title, block in BLOCKS)
    assert script.count("bulk-register ") > 10
    with Sandbox() as sandbox:
        done = shell(script, place, sandbox)
        assert done.returncode == 0, done.stdout + done.stderr
        asked = [arrival.employees[0] for arrival in sandbox.requests if arrival.method == "POST"]
        assert asked == ["berlin-0", "madrid-0"]  # each center once, whatever was restored and moved
    for title in ("Upgrade", "Restore", "Several centers in one night"):
        assert f"## {title}\n" in done.stdout
    for center in ("berlin", "madrid"):
        links = (place / "srv/exams" / center / "links.csv").read_text(encoding="utf-8-sig")
        assert links.count("#participant/") == 3
        assert (place / "srv/exams" / center / "job.prom").exists()


def test_a_night_in_which_a_center_fails_names_it_and_does_the_others(place: Path) -> None:
    (place / "srv/exams/berlin/staff.csv").unlink()
    [script] = [block for _, block in BLOCKS if "for center in" in block]
    with Sandbox() as sandbox:
        done = shell(script, place, sandbox)
    assert (done.returncode, "berlin: exit code 2" in done.stdout) == (0, True)
    assert (place / "srv/exams/madrid/links.csv").exists()


def test_the_rules_name_metrics_that_there_are() -> None:
    [block] = re.findall(r"^```yaml\n(.*?)```", GUIDE, re.MULTILINE | re.DOTALL)
    rules = yaml.safe_load(block)["groups"][0]["rules"]
    named = {name for rule in rules for name in re.findall(rf"{PREFIX}\w+", rule["expr"])}
    assert len(rules) == 4
    assert named <= {PREFIX + name for name in HELP}
    assert {PREFIX + name for name in HELP} <= set(re.findall(rf"{PREFIX}\w+", GUIDE))


def test_a_crontab_s_job_says_nothing_when_all_is_well_and_names_a_failure(place: Path) -> None:
    text = (DOCS / "nightly" / "crontab").read_text(encoding="utf-8")
    one, again, everybody = (line.split(None, 5)[5] for line in text.splitlines() if line.startswith("0 "))
    [path] = re.findall(r"^PATH=.*$", text, re.MULTILINE)
    with Sandbox() as sandbox:
        own = f"export {path}; "
        for job in (one, again, everybody):
            done = shell(own + job, place, sandbox)
            assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
        (place / "srv/exams/berlin/staff.csv").write_text("Employee ID,Name\nberlin-0,Somebody\n,Nobody\n")
        for job in (one, everybody):
            assert "berlin: exit code 1, see " in shell(own + job, place, sandbox).stdout
        assert (place / "srv/exams/berlin/job.prom").exists()
