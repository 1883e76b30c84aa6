@echo off
rem = r"""
rem Drop one or more rosters (Excel or CSV) onto this file.
rem cmd only finds Python here. The names of the files are read below: not all would survive cmd's quoting.
setlocal EnableExtensions EnableDelayedExpansion
set "DROPPED=!cmdcmdline!"
setlocal DisableDelayedExpansion
chcp 65001 >nul
title Registering rosters
set "python=%~dp0venv\Scripts\python.exe"
if not exist "%python%" set "python=%LOCALAPPDATA%\bulk-register\Scripts\python.exe"
if not exist "%python%" set "python=%ProgramFiles%\bulk-register\Scripts\python.exe"
if exist "%python%" goto found
where /q py
if errorlevel 1 goto missing
py -3 -x "%~f0"
goto close
:found
"%python%" -x "%~f0"
goto close
:missing
echo bulk-register is not installed on this computer. Ask whoever looks after it.
:close
echo.
pause
exit
rem """
import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path

HERE = Path(sys.argv[0]).resolve().parent
MEANING = {
    0: "Everybody on it has a link.",
    1: "Done. Some rows need your attention: see the columns Registration Status and Registration Note.",
    2: "Nothing was sent. The lines above say what to mend; then drop the file here again.",
    3: "Not everybody has a link yet. Drop the same file here again later: only what is missing is sent.",
    4: "Another run is under way. Wait until it has ended, then drop the file here again.",
}
OTHERWISE = "It did not end as it should. Nothing is lost; show these lines to whoever looks after this."


def dropped(line):
    """Return the files that Explorer named: cmd.exe /c ""this file" one "number two" three"."""
    found = re.search(r'/c\s+""[^"]*"(.*)"\s*$', line, re.IGNORECASE)
    names = re.findall(r'"([^"]*)"|(\S+)', found[1] if found else "")
    return [Path(quoted or plain) for quoted, plain in names]


def register(roster):
    """Run bulk-register on one roster and return its exit code; it asks before it sends."""
    words = [sys.executable, "-m", "bulk_register", "run", str(roster)]
    settings = HERE / "bulk_register.toml"
    if settings.exists():
        words += ["--config", str(settings)]
    return subprocess.run(words, cwd=roster.parent).returncode


def main():
    rosters = dropped(os.environ.get("DROPPED", ""))
    if importlib.util.find_spec("bulk_register") is None:
        print("bulk-register is not installed on this computer. Ask whoever looks after it.")
        return
    if not rosters:
        print("Drop a roster (an Excel or CSV file) onto the symbol of this file.")
    for number, roster in enumerate(rosters, 1):
        print(f"\n{number} of {len(rosters)}: {roster.name}\n", flush=True)
        print("\n" + MEANING.get(register(roster), OTHERWISE), flush=True)


if __name__ == "__main__":
    main()
