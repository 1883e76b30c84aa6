"""The settings that say how a run is sent, and what a scheduled run bears."""

from functools import partial
from typing import Annotated, Final

from bulk_register.api import MAX_BATCH
from bulk_register.language import N_
from bulk_register.settings.setting import ASKING, SENDING, Group, Rerun, Setting
from bulk_register.settings.values import PERCENT, SECONDS, TRUTH, Kind, some_of, span_of_time, whole

TOLERABLE = ("invalid", "conflict", "rejected", "expired", "unknown")  # statuses of exit code 1

_BOTH: Final = ("run", "sync")
_PATIENT: Final = ("run", "sync", "tests", "results")
_ROWS_OR_FILES = Kind(N_("rows like 7 or 7-12, or files with identifiers"), "FILE|ROW")
_ANY = whole(0)
_DAYS = whole(0, 3650, N_("a whole number of days, 0 or more"))

_by_person = partial(Setting, kind=TRUTH, group=Group.SENDING, personal=True, repeated=False)
_sending = partial(Setting, group=Group.SENDING, used_by=ASKING)
_guard = partial(Setting, group=Group.GUARDS)


class SendingSettings:
    """Requests, and the limits that stop a run."""

    dry_run: Annotated[
        bool,
        _by_person(
            N_("Show what would be sent, and send nothing."),
            group=Group.EVERYDAY,
            commands=_BOTH,
            used_by=SENDING,
            rerun=Rerun.DROPPED,
        ),
    ] = False
    sandbox: Annotated[
        bool,
        _by_person(
            N_("Try it out: needs no account, registers nobody."),
            group=Group.EVERYDAY,
            commands=("run", "page"),
            repeated=True,
        ),
    ] = False
    yes: Annotated[
        bool,
        _by_person(
            N_("Don't ask first."),
            group=Group.EVERYDAY,
            commands=("run", "sync", "rerun", "history"),
            used_by=frozenset({"run", "sync", "ledger"}),
            rerun=Rerun.CURRENT,
            short="-y",
        ),
    ] = False
    refresh: Annotated[
        bool,
        _by_person(
            N_("Ask again also about those whose link is known."),
            commands=_BOTH,
            used_by=SENDING | {"results"},
            rerun=Rerun.DROPPED,
        ),
    ] = False
    reregister: Annotated[
        bool,
        _by_person(N_("Make a new registration for everybody, known or not.")),
    ] = False
    renew_expired: Annotated[
        bool,
        Setting(
            N_("Make new registrations for those whose link is over (no)."),
            TRUTH,
            Group.SENDING,
            can_be_denied=True,
        ),
    ] = False
    extended: Annotated[
        tuple[str, ...],
        _by_person(
            N_("Whose link StartExam now ends at --valid-till: rows (7-12) or files."),
            kind=_ROWS_OR_FILES,
            rerun=Rerun.DROPPED,
        ),
    ] = ()
    batch_size: Annotated[
        int,
        Setting(
            N_("Employees in a request, 1 to 500 ({default})."),
            whole(1, MAX_BATCH),
            Group.SENDING,
            _BOTH,
            SENDING,
        ),
    ] = MAX_BATCH
    workers: Annotated[
        int,
        _sending(
            N_("Requests at the same time, 1 to 32 ({default})."), whole(1, 32), commands=(*_BOTH, "results")
        ),
    ] = 4
    attempts: Annotated[
        int,
        _sending(
            N_("How often a request is tried ({default})."),
            whole(1, 100),
            commands=_PATIENT,
        ),
    ] = 6
    timeout: Annotated[
        float,
        _sending(N_("How long an answer may take ({default})."), SECONDS, commands=_PATIENT),
    ] = 60.0
    wait_first: Annotated[
        float,
        _sending(N_("The first wait before a request is tried again ({default})."), SECONDS, commands=()),
    ] = 1.0
    wait_max: Annotated[float, _sending(N_("The longest such wait ({default})."), SECONDS, commands=())] = (
        60.0
    )
    deadline: Annotated[
        float | None, _sending(N_("Stop the run after this time, like 2h."), span_of_time("90s, 30m or 2h"))
    ] = None
    max_rejected: Annotated[
        int, _sending(N_("Stop when more employees than this are refused ({default})."), _ANY, commands=_BOTH)
    ] = 50
    min_rows: Annotated[
        int | None,
        _guard(N_("Send nothing if the roster has fewer rows."), _ANY, commands=_BOTH, used_by=SENDING),
    ] = None
    max_new: Annotated[int | None, _guard(N_("Send nothing if more employees are new."), _ANY)] = None
    max_missing: Annotated[
        float | None, _guard(N_("Send nothing if more of the last run's employees are gone."), PERCENT)
    ] = None
    newer_than: Annotated[
        float | None,
        _guard(
            N_("Send nothing if the roster's file is older, like 26h."),
            span_of_time("26h or 2d"),
            commands=_BOTH,
            used_by=SENDING,
        ),
    ] = None
    tolerate: Annotated[
        tuple[str, ...],
        _guard(
            N_("Rows with this status are no reason for exit code 1; repeat."),
            some_of(TOLERABLE).called("STATUS"),
        ),
    ] = ()
    ending_days: Annotated[
        int, _guard(N_("Tell whose links end within so many days ({default})."), _DAYS)
    ] = 7
