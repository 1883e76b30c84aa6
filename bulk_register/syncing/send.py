"""People through Sync Employees: whom StartExam accepts is in the ledger before anything else happens."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from bulk_register.errors import RefusedError, SendAgainError, StartExamError, StopError
from bulk_register.language import _
from bulk_register.ledger import Ledger, Profile, record_synced, synced
from bulk_register.records import Person
from bulk_register.sending import Interruption
from bulk_register.sending.send_options import NoInterruption
from bulk_register.sending.workers import WorkerPool
from bulk_register.startexam import StartExam, StoppedError
from bulk_register.startexam.employees import sync_employees
from bulk_register.syncing.course import Course, CourseRules, Group
from bulk_register.syncing.fields import digest

TICK_SECONDS = 0.1  # how soon an interruption is noticed


@dataclass(frozen=True)
class SyncOptions:
    """How people are synced; `progress` hears how many are done."""

    profile: Profile  # as the ledger calls it
    profile_guid: str
    batch_size: int = 500
    workers: int = 4
    max_rejected: int = 50
    interruption: Interruption = field(default_factory=NoInterruption)
    progress: Callable[[int], object] = lambda _: None


@dataclass(frozen=True)
class Synced:
    """What became of everybody: done, or with the reason why not, by identifier."""

    done: frozenset[str]
    refused: Mapping[str, str]
    failed: Mapping[str, str]
    stopped: str = ""  # why it ended early, "" where it did not

    def __repr__(self) -> str:
        return f"Synced(done={len(self.done)}, refused={len(self.refused)}, failed={len(self.failed)})"


def sync_people(people: Sequence[Person], ledger: Ledger, client: StartExam, options: SyncOptions) -> Synced:
    """Add people to StartExam or update them; failures of the service end in the result, not as errors.

    Raises LedgerError.
    """
    rules = CourseRules(options.batch_size, options.max_rejected, bool(synced(ledger, options.profile)))
    course = Course(people, rules)
    pool: WorkerPool[Group, None] = WorkerPool(
        lambda group: sync_employees(client, options.profile_guid, group), options.workers
    )
    try:
        while True:
            if options.interruption.times:
                course.stop(_("the run was interrupted"))
                client.gate.stopping.set()
            while pool.free and (group := course.next(pool.in_flight)):
                pool.submit(group)
            if not pool.in_flight or options.interruption.times > 1:
                break
            _settle(pool.wait(TICK_SECONDS), course, ledger, options)
    finally:
        pool.dismiss()
    course.end()
    done = frozenset(person.identifier for person in course.done)
    return Synced(done, course.refused, course.failed, course.stopped)


def _settle(
    ended: Sequence[tuple[Group, Exception | None]], course: Course, ledger: Ledger, options: SyncOptions
) -> None:
    accepted = [person for group, error in ended if error is None for person in group]
    if accepted:
        record_synced(ledger, options.profile, {one.identifier: digest(one) for one in accepted})
    for group, error in ended:
        if error is None:
            course.accepted(group)
        else:
            _settle_failure(group, error, course)
    options.progress(len(course.done))


def _settle_failure(group: Group, error: Exception, course: Course) -> None:
    told = error.told if isinstance(error, StartExamError) and len(group) == 1 else str(error)
    if isinstance(error, RefusedError):
        course.refused_with(group, error.status, told, str(error))
    elif isinstance(error, SendAgainError):
        course.failed_with(group, str(error))
    elif isinstance(error, StopError):
        course.again(group)
        course.stop(str(error))
    elif isinstance(error, StoppedError):
        course.again(group)
    else:
        raise error
