@echo off
rem Registers one roster at night, for the Task Scheduler. Usage: nightly.cmd "ROSTER"
setlocal EnableExtensions DisableDelayedExpansion
chcp 65001 >nul
rem What is redirected into the log is UTF-8.
set "PYTHONUTF8=1"
set "program=%ProgramFiles%\bulk-register\Scripts\bulk-register.exe"
set "home=%ProgramData%\bulk-register"
set "log=%home%\nightly.log"

cd /d "%home%"
if errorlevel 1 exit /b 2
rem The log is turned over at 1 MB; one older part is kept.
if exist "%log%" for %%F in ("%log%") do if %%~zF GTR 1000000 move /y "%log%" "%log%.1" >nul

>>"%log%" echo %date% %time% begins: "%~1"
"%program%" run "%~1" --config "%home%\bulk_register.toml" --report "%home%\report.json" --quiet >>"%log%" 2>&1 <nul
set "code=%errorlevel%"
>>"%log%" echo %date% %time% ended with exit code %code%

rem The source "bulk-register" was made once by an administrator; the event's number is the exit code.
if not "%code%"=="0" powershell.exe -NoProfile -NonInteractive -Command "Write-EventLog -LogName Application -Source bulk-register -EntryType Error -EventId %code% -Message 'bulk-register ended with exit code %code%. The log is %log%'" >>"%log%" 2>&1
exit /b %code%
