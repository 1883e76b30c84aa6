from __future__ import annotations

import os
from pathlib import Path

import pytest

from bulk_register.errors import OutputError
from bulk_register.output.destinations import check_report, output_path
from tests.support.ledgers import unprivileged

posix = pytest.mark.skipif(os.name != "posix", reason="modes, links and limits of POSIX")


@pytest.mark.parametrize(
    ("roster", "format_", "sandbox", "name"),
    [
        ("staff.csv", "csv", False, "staff.registered.xlsx"),
        ("staff.xlsx", "xlsx", False, "staff.registered.xlsx"),
        ("staff.xlsm", "xlsm", False, "staff.registered.xlsm"),
        ("staff.ods", "ods", False, "staff.registered.xlsx"),
        ("staff.csv", "csv", True, "staff.sandbox.xlsx"),
        ("staff.registered.xlsx", "xlsx", False, "staff.registered-2.xlsx"),
        ("staff.registered-2.xlsx", "xlsx", False, "staff.registered-3.xlsx"),
        ("staff", "csv", False, "staff.registered.xlsx"),
        ("Персонал 2026.csv", "csv", False, "Персонал 2026.registered.xlsx"),
    ],
)
def test_the_output_goes_beside_the_roster_under_a_name_of_its_own(
    roster: str, format_: str, sandbox: bool, name: str, tmp_path: Path
) -> None:
    found = output_path(tmp_path / roster, format_, None, sandbox=sandbox)  # type: ignore[arg-type]
    assert found == tmp_path / name


def test_into_a_folder_under_the_usual_name(tmp_path: Path) -> None:
    assert output_path(Path("x/staff.csv"), "csv", tmp_path) == tmp_path / "staff.registered.xlsx"


def test_places_that_cannot_be_are_refused_with_the_remedy(tmp_path: Path) -> None:
    roster = tmp_path / "staff.csv"
    roster.write_text("ID\n1\n")
    (tmp_path / "dir.xlsx").mkdir()
    for named in (
        "out.pdf",
        "out",
        "out.xlsm",
        "staff.csv",
        "./staff.csv",
        "no/such/out.xlsx",
        "é" * 130 + ".csv",
    ):
        with pytest.raises(OutputError, match=r"-o\.$|End it in \.xlsx"):
            output_path(roster, "csv", tmp_path / named)
    assert sorted(item.name for item in tmp_path.iterdir()) == ["dir.xlsx", "staff.csv"]


@posix
def test_the_roster_is_known_through_links(tmp_path: Path) -> None:
    roster = tmp_path / "staff.csv"
    roster.write_text("ID\n1\n")
    (tmp_path / "soft.csv").symlink_to(roster)
    (tmp_path / "hard.csv").hardlink_to(roster)
    for named in ("soft.csv", "hard.csv"):
        with pytest.raises(OutputError, match="can't be the roster itself"):
            output_path(roster, "csv", tmp_path / named)


@posix
def test_a_pipe_or_device_is_no_place_for_the_output(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.csv")
    with pytest.raises(OutputError, match="is not a file"):
        output_path(tmp_path / "staff.csv", "csv", tmp_path / "pipe.csv")


@posix
def test_a_read_only_folder_is_found_before_anything_is_sent(media: Path) -> None:
    media.chmod(0o555)
    with unprivileged(), pytest.raises(OutputError, match=r"can't be written to .*another folder with -o"):
        output_path(media / "staff.csv", "csv", None)


def test_a_report_never_replaces_what_the_run_needs(tmp_path: Path) -> None:
    roster = tmp_path / "staff.csv"
    roster.write_text("ID\n1\n")
    with pytest.raises(OutputError, match=r"would replace .*--report"):
        check_report(tmp_path / "." / "staff.csv", [roster])
    for target in (tmp_path, tmp_path / "no" / "such.json"):
        with pytest.raises(OutputError, match="--report"):
            check_report(target, [])
