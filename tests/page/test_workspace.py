"""What the page keeps for the one person, and for how long."""

from __future__ import annotations

from pathlib import Path

from bulk_register.page.workspace import Workspace


def left_behind(root: Path) -> Path:
    """Put a file where a page that was killed leaves what nobody needs any more."""
    [store] = root.iterdir()
    folder = store / "0123456789abcdef"
    folder.mkdir()
    (folder / "staff.csv").write_text("ID\n1\n")
    return folder


def test_what_no_run_needs_goes_with_the_next_start(folder: Path) -> None:
    said = {"ledger": str(folder / "ledger.sqlite3")}
    Workspace(said, folder / "page")
    left = left_behind(folder / "page")
    Workspace(said, folder / "page")
    assert not left.exists()


def test_what_belongs_to_another_ledger_is_left_alone(folder: Path) -> None:
    Workspace({"ledger": str(folder / "one.sqlite3")}, folder / "page")
    left = left_behind(folder / "page")
    Workspace({"ledger": str(folder / "two.sqlite3")}, folder / "page")
    assert left.exists()
