"""The recipes name only what the program has, and pass the tools that they are for."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import typer
import yaml

from bulk_register.cli import app
from bulk_register.exit_codes import EXIT_ATTENTION, EXIT_BUG, EXIT_WRONG
from bulk_register.places import DatabaseAddress
from bulk_register.sandbox import DEMO_CENTER, DEMO_TEST, Sandbox
from bulk_register.settings import ONLY_A_PERSON, Settings, load_settings, variable
from tests.support.postgresql import has_own_mounts

ROOT = Path(__file__).parent.parent
RECIPES = ROOT / "recipes"
FILES = sorted(path for path in RECIPES.rglob("*") if path.is_file())
UNITS = sorted((RECIPES / "systemd").glob("bulk-register*.*"))
PAGES = [path for path in FILES if path.suffix == ".md"]
DROPLET = RECIPES / "windows" / "register-roster.cmd"
CRON_JOB = RECIPES / "kubernetes" / "cronjob.yaml"
NIGHTLY = RECIPES / "cron" / "bulk-register-nightly"
OF_THE_SCRIPT = {"BULK_REGISTER_PROGRAM", "BULK_REGISTER_CONFIG", "BULK_REGISTER_HOME", "BULK_REGISTER_LOG"}

posix_only = pytest.mark.skipif(os.name != "posix", reason="a recipe for Linux")

# What the task uses of the schema that Microsoft publishes as [MS-TSCH] 2.5, "XML Task Definition Format".
SWITCHES_OF_A_TASK = (
    *("AllowHardTerminate", "AllowStartOnDemand", "DisallowStartIfOnBatteries", "Enabled", "Hidden"),
    *(
        "RunOnlyIfIdle",
        "RunOnlyIfNetworkAvailable",
        "StartWhenAvailable",
        "StopIfGoingOnBatteries",
        "WakeToRun",
    ),
)
SETTINGS_OF_A_TASK = {
    "MultipleInstancesPolicy": "xs:string",
    "ExecutionTimeLimit": "xs:duration",
    "Priority": "xs:byte",
    **dict.fromkeys(SWITCHES_OF_A_TASK, "xs:boolean"),
}
PARTS_OF_A_TASK = {
    "RegistrationInfo": {"Author": "xs:string", "Description": "xs:string"},
    "Settings": SETTINGS_OF_A_TASK,
    "Exec": {"Command": "xs:string", "Arguments": "xs:string", "WorkingDirectory": "xs:string"},
    "Principal": {"UserId": "xs:string", "LogonType": "xs:string", "RunLevel": "xs:string"},
    "ScheduleByDay": {"DaysInterval": "xs:unsignedInt"},
}


def element(name: str, inner: str = "", kind: str = "all", attribute: str = "") -> str:
    has = f'<xs:attribute name="{attribute}" type="xs:string"/>' if attribute else ""
    return (
        f'<xs:element name="{name}" minOccurs="0"><xs:complexType><xs:{kind}>{inner}</xs:{kind}>{has}'
        "</xs:complexType></xs:element>"
    )


def simple(names: dict[str, str]) -> str:
    return "".join(f'<xs:element name="{name}" type="{of}" minOccurs="0"/>' for name, of in names.items())


def schema_of_a_task() -> str:
    part = {name: simple(names) for name, names in PARTS_OF_A_TASK.items()}
    when = simple({"Enabled": "xs:boolean", "StartBoundary": "xs:dateTime"})  # triggers: a sequence
    trigger = element("CalendarTrigger", when + element("ScheduleByDay", part["ScheduleByDay"]), "sequence")
    inner = (
        element("RegistrationInfo", part["RegistrationInfo"])
        + element("Triggers", trigger, "sequence")
        + element("Settings", part["Settings"])
        + element("Principals", element("Principal", part["Principal"], attribute="id"))
        + element("Actions", element("Exec", part["Exec"]), "sequence", attribute="Context")
    )
    task = element("Task", inner, attribute="version").replace(' minOccurs="0"', "", 1)
    space = "http://schemas.microsoft.com/windows/2004/02/mit/task"
    head = '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" elementFormDefault="qualified"'
    return f'{head} targetNamespace="{space}">{task}</xs:schema>'


def text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def label(path: Path) -> str:
    return path.relative_to(RECIPES).as_posix()


def tool(name: str) -> str:
    found = shutil.which(name) or shutil.which(name, path="/usr/sbin:/sbin")
    return found or pytest.skip(f"{name} is not installed")


def ran(*words: str | Path, **more: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        list(map(str, words)), capture_output=True, text=True, encoding="utf-8", check=False, **more
    )


def program() -> Path:
    found = Path(sys.executable).with_name("bulk-register")
    return found if found.exists() else pytest.skip("bulk-register is not installed beside this Python")


def calls(path: Path) -> list[tuple[str, set[str]]]:
    """Return each call of the program that a file holds: the command and its flags."""
    joined = re.sub(r"\\\n\s*", " ", text(path))
    known = "|".join(typer.main.get_command(app).commands)  # type: ignore[attr-defined]
    names = r'(?:bulk-register(?:\.exe)?|\$program|%program%|"bulk_register",|command: \[|nightly)'
    found = re.findall(rf'{names}"? ?"?({known})\b(.*)', joined)
    return [(command, set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", rest))) for command, rest in found]


# --- the recipes and the program


@pytest.mark.parametrize("path", FILES, ids=label)
def test_the_flags_that_a_recipe_names_exist(path: Path) -> None:
    commands = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    for command, flags in calls(path):
        options = {option for parameter in commands[command].params for option in parameter.opts}
        assert flags <= options, command


def test_calls_of_the_program_are_found_in_every_recipe() -> None:
    names = (
        "cron/bulk-register-nightly",
        "systemd/bulk-register.service",
        "systemd/bulk-register-rerun@.service",
    )
    for name in (*names, "windows/nightly.cmd", "docker/compose.yaml", "docker/README.md"):
        assert calls(RECIPES / name), name


@pytest.mark.parametrize("path", FILES, ids=label)
def test_the_environment_that_a_recipe_sets_is_known(path: Path) -> None:
    known = {variable(name) for name in Settings.model_fields if name not in ONLY_A_PERSON} | OF_THE_SCRIPT
    assert set(re.findall(r"(?:BULK_REGISTER|STARTEXAM)_[A-Z_]+", text(path))) <= known


def test_the_settings_file_can_be_used_as_it_is() -> None:
    environ = {"STARTEXAM_SECRET_KEY": "k"}
    settings = load_settings({"config": str(RECIPES / "bulk_register.toml")}, environ=environ)
    assert settings.ledger == Path("/var/lib/bulk-register/ledger.sqlite3")


def test_settings_shown_on_a_page_exist() -> None:
    blocks = [block for path in PAGES for block in re.findall(r"```toml\n(.*?)```", text(path), re.DOTALL)]
    assert blocks
    assert {name for block in blocks for name in tomllib.loads(block)} <= set(Settings.model_fields)


def test_links_on_a_page_lead_somewhere() -> None:
    links = [(path, to) for path in PAGES for to in re.findall(r"\]\(([^)#:]+)[)#]", text(path))]
    assert len(links) > len(PAGES)
    assert [(label(path), to) for path, to in links if not (path.parent / to).exists()] == []


def test_both_services_are_hardened_alike() -> None:
    rules = [
        text(path).partition("\n# --- the same lines")[2] for path in UNITS if "ReadWritePaths" in text(path)
    ]
    assert len(rules) == 2
    assert rules[0] == rules[1] != ""


# --- the night under cron


@pytest.fixture
def night(tmp_path: Path) -> Any:
    """Return what runs the script on a roster, against a sandbox."""
    with Sandbox() as sandbox:
        lines = [f'account_id = {sandbox.account_id}\nbase_url = "{sandbox.base_url}"\nvalid_till = "+1d"']
        lines += [
            f'center = "{DEMO_CENTER}"\ntests = ["{DEMO_TEST}"]\nledger = "{tmp_path}/ledger.sqlite3"\n'
        ]
        (tmp_path / "settings.toml").write_text("\n".join(lines), encoding="utf-8")
        own = {"PROGRAM": program(), "CONFIG": tmp_path / "settings.toml", "HOME": tmp_path}
        own["LOG"] = tmp_path / "nightly.log"
        environ = {f"BULK_REGISTER_{name}": str(value) for name, value in own.items()}
        environ |= {"PATH": "/usr/bin:/bin", "STARTEXAM_SECRET_KEY": sandbox.account.secret_key}
        yield lambda roster: ran("/bin/sh", NIGHTLY, roster, env=environ)


@posix_only
def test_a_night_without_trouble_says_nothing_and_is_in_the_log(night: Any, tmp_path: Path) -> None:
    roster = tmp_path / "A & B's staff.csv"
    roster.write_text("Employee ID,Name\n1,Ada Example\n", encoding="utf-8")
    done = night(roster)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert text(tmp_path / "nightly.log").endswith("exit code 0\n")
    assert (tmp_path / "A & B's staff.registered.xlsx").stat().st_mode & 0o777 == 0o640


@posix_only
def test_a_night_with_trouble_keeps_the_exit_code_and_says_what_to_do(night: Any, tmp_path: Path) -> None:
    done = night(tmp_path / "gone.csv")
    assert done.returncode == 2
    assert "gone.csv" in done.stdout
    assert " rerun --config " in done.stdout
    assert "gone.csv" in text(tmp_path / "nightly.log")


# --- the droplet on Windows


def droplet(line: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run the Python half of the droplet as the half for cmd does, in a folder without settings."""
    copy = shutil.copy(DROPLET, folder)
    ours = {name: value for name, value in os.environ.items() if not name.startswith("BULK_REGISTER_")}
    environ = ours | {"DROPPED": line, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"}
    return ran(sys.executable, "-x", copy, env=environ)


def test_the_droplet_reads_the_names_that_cmd_would_break(tmp_path: Path) -> None:
    names = [f"{tmp_path}/a&b!^100%.csv", f"{tmp_path}/Gehälter (neu), alle.csv", f"{tmp_path}/x;y=z.csv"]
    words = " ".join(f'"{name}"' if " " in name else name for name in names)
    done = droplet(rf'C:\WINDOWS\system32\cmd.exe /c ""C:\HR & IT\register-roster.cmd" {words}"', tmp_path)
    for number, name in enumerate(names, 1):
        assert f"{number} of 3: {Path(name).name}\n" in done.stdout
    assert done.stdout.count("Nothing was sent.") == 3


def test_the_droplet_says_what_it_is_for(tmp_path: Path) -> None:
    assert "Drop a roster" in droplet(r'cmd.exe /c ""C:\HR\register-roster.cmd" "', tmp_path).stdout


@pytest.mark.parametrize("path", sorted((RECIPES / "windows").glob("*.cmd")), ids=label)
def test_a_file_for_cmd_is_ascii_with_lines_that_end_as_on_windows(path: Path) -> None:
    content = path.read_bytes()
    assert content.isascii()
    assert content.count(b"\n") == content.count(b"\r\n")


# --- the recipes and their own tools


@posix_only
@pytest.mark.parametrize("path", [NIGHTLY, RECIPES / "systemd" / "bulk-register-failed"], ids=label)
def test_shellcheck_has_nothing_to_say(path: Path) -> None:
    assert ran(tool("shellcheck"), path).stdout == ""


@posix_only
def test_systemd_has_nothing_to_say(tmp_path: Path) -> None:
    analyze = tool("systemd-analyze")
    for unit in UNITS:  # the programs that they start need not be on this machine
        plain = re.sub(r"/(opt|usr/local)/\S*/bulk-register\S*", "/bin/true", text(unit))
        (tmp_path / unit.name).write_text(plain, encoding="utf-8")
    done = ran(analyze, "verify", *sorted(tmp_path.iterdir()))
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@posix_only
def test_logrotate_understands_its_file(tmp_path: Path) -> None:
    import getpass
    import grp

    rotate = tool("logrotate")
    here = f"{getpass.getuser()} {grp.getgrgid(os.getgid()).gr_name}"
    plain = text(RECIPES / "cron" / "bulk-register.logrotate").replace("bulk-register bulk-register", here)
    (tmp_path / "conf").write_text(plain, encoding="utf-8")
    (tmp_path / "conf").chmod(0o644)
    done = ran(rotate, "-d", "-s", tmp_path / "state", tmp_path / "conf")
    assert done.returncode == 0
    assert "error" not in done.stderr


def test_the_task_keeps_to_the_schema_of_the_task_scheduler(tmp_path: Path) -> None:
    lint = tool("xmllint")
    (tmp_path / "task.xsd").write_text(schema_of_a_task(), encoding="utf-8")
    done = ran(lint, "--noout", "--schema", tmp_path / "task.xsd", RECIPES / "windows" / "nightly.xml")
    assert done.returncode == 0, done.stderr


def test_the_cron_job_keeps_to_the_schemas_of_kubernetes() -> None:
    parts = list(yaml.safe_load_all(text(CRON_JOB)))
    assert [part["kind"] for part in parts] == ["ConfigMap", "PersistentVolumeClaim", "CronJob"]
    for part in parts:
        kubernetes_validate.validate(part, "1.31", strict=True)


def test_the_cron_job_is_hardened_and_its_settings_can_be_used(tmp_path: Path) -> None:
    settings, _, job = yaml.safe_load_all(text(CRON_JOB))
    pod = job["spec"]["jobTemplate"]["spec"]["template"]["spec"]
    [container] = pod["containers"]
    assert (
        pod["securityContext"]["runAsNonRoot"]
        is container["securityContext"]["readOnlyRootFilesystem"]
        is True
    )
    assert {one["name"] for one in container["volumeMounts"]} == {one["name"] for one in pod["volumes"]}
    commands = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    command, *words = container["args"]
    options = {option for parameter in commands[command].params for option in parameter.opts}
    assert {word for word in words if word.startswith("--")} <= options
    file = tmp_path / "bulk_register.toml"
    file.write_text(settings["data"]["bulk_register.toml"], encoding="utf-8")
    assert load_settings({"config": str(file)}, environ={"STARTEXAM_SECRET_KEY": "k"}).attempts == 20


def test_the_cron_job_tries_again_what_can_end_otherwise() -> None:
    *_, job = yaml.safe_load_all(text(CRON_JOB))
    rules = job["spec"]["jobTemplate"]["spec"]["podFailurePolicy"]["rules"]
    [codes] = [rule["onExitCodes"] for rule in rules if rule["action"] == "FailJob"]
    [container] = job["spec"]["jobTemplate"]["spec"]["template"]["spec"]["containers"]
    assert codes["containerName"] == container["name"]
    final = {EXIT_ATTENTION, EXIT_WRONG, EXIT_BUG}
    assert set(codes["values"]) == final
    page = text(RECIPES / "kubernetes" / "README.md")
    [row] = re.findall(r"^\| ([\d, ]+) \| false", page, re.MULTILINE)
    assert set(map(int, row.split(", "))) == final


def test_what_the_cron_job_gets_for_postgresql_fits_in() -> None:
    *_, job = yaml.safe_load_all(text(CRON_JOB))
    [block] = re.findall(r"```yaml\n(.*?)```", text(RECIPES / "kubernetes" / "README.md"), re.DOTALL)
    pod = job["spec"]["jobTemplate"]["spec"]["template"]["spec"]
    [container] = pod["containers"]
    container["env"] += yaml.safe_load(block)["env"]
    for mounted in (container["volumeMounts"], pod["volumes"]):
        mounted[:] = [one for one in mounted if one["name"] != "ledger"]
    kubernetes_validate.validate(job, "1.31", strict=True)
    environ = {one["name"]: one["value"] for one in container["env"] if "value" in one}
    assert DatabaseAddress(environ["BULK_REGISTER_LEDGER"]).schema == "bulk_register"


# --- a container's read-only root

IN_A_CONTAINER = """
mount --bind "$1" "$1" && mount -t tmpfs -o mode=1777 tmpfs "$2" && mount -o remount,bind,ro / && shift 2
cd "$1" && shift && exec "$@"
"""


@posix_only
@pytest.mark.skipif(not has_own_mounts(), reason="no mounts of one's own here")
def test_the_container_s_night_needs_no_disk_but_the_rosters(
    tmp_path: Path, database: DatabaseAddress
) -> None:
    service = yaml.safe_load(text(RECIPES / "docker" / "compose.postgresql.yaml"))["services"]["nightly"]
    environ: dict[str, str] = service["environment"]
    address = DatabaseAddress(environ["BULK_REGISTER_LEDGER"])
    assert address.schema == database.schema
    rosters, temporary, settings = (tmp_path / name for name in ("rosters", "tmp", "bulk_register.toml"))
    rosters.mkdir()
    temporary.mkdir()
    (rosters / "staff.csv").write_text("Employee ID,Name\n1,Ada Example\n", encoding="utf-8")
    with Sandbox() as sandbox:
        settings.write_text(f'base_url = "{sandbox.base_url}"\nvalid_till = "+1d"\n', encoding="utf-8")
        ours = {"STARTEXAM_SECRET_KEY": sandbox.secret_key, "STARTEXAM_ACCOUNT_ID": str(sandbox.account_id)}
        ours |= {"BULK_REGISTER_CENTER": DEMO_CENTER, "BULK_REGISTER_TESTS": DEMO_TEST}
        ours |= {"PATH": os.defpath, "TMPDIR": str(temporary), "PYTHONPATH": str(ROOT)}
        ours |= {"BULK_REGISTER_LEDGER": database.secret, "TZ": environ["TZ"]}
        moved = {"/etc/bulk_register.toml": str(settings), "/rosters/report.json": f"{rosters}/report.json"}
        words = [moved.get(word, word) for word in service["command"]]
        inside: list[str | Path] = [
            "unshare",
            "-rm",
            "sh",
            "-euc",
            IN_A_CONTAINER,
            "-",
            rosters,
            temporary,
            rosters,
        ]
        nobody = ["unshare", "--user", "--map-user=10001", sys.executable, "-m", "bulk_register"]
        for asked in (1, 1):
            done = ran(*inside, *nobody, *words, env=ours)
            assert done.returncode == 0, done.stdout + done.stderr
            assert len([one for one in sandbox.requests if one.employees]) == asked
    made = sorted(path.name for path in rosters.iterdir())
    assert made == ["report.json", "staff.csv", "staff.registered.xlsx"]
    assert json.loads(text(rosters / "report.json"))["already_registered"] == 1


def test_hadolint_has_nothing_to_say() -> None:
    assert ran(tool("hadolint"), RECIPES / "docker" / "Dockerfile").stdout == ""


def test_the_image_s_build_sees_what_it_copies_and_no_more() -> None:
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", text(RECIPES / "docker" / "Dockerfile"), re.MULTILINE)
    seen = re.findall(r"^!(\S+)$", text(RECIPES / "docker" / "Dockerfile.dockerignore"), re.MULTILINE)
    assert {name for names in copied for name in names.split()} == set(seen)
