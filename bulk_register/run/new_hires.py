"""Employees of a plan whom StartExam doesn't have, or has otherwise: synced before they are registered."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np

from bulk_register.errors import StartExamError
from bulk_register.language import _
from bulk_register.ledger import Ledger, Profile, synced
from bulk_register.output.results import SANDBOX_URL
from bulk_register.records import Batch, Outcome, Person, Plan, Roster, Status, StatusNote
from bulk_register.run.context import RunContext
from bulk_register.sending import Interruption
from bulk_register.settings import Settings
from bulk_register.syncing import People, Synced, SyncOptions, people_of, sync_people


@dataclass(frozen=True)
class NewHires:
    """A roster's employees with the fields of their profile, and what the ledger calls that profile."""

    people: People
    profile: Profile

    def due(self, plan: Plan, ledger: Ledger) -> dict[int, Person]:
        """Return those whom a plan registers and whom StartExam doesn't have like this, by their codes."""
        asked = {code for batch in plan.requested for code in batch.codes.tolist()}
        found = self.people.due(synced(ledger, self.profile)) if asked else {}
        return {code: person for code, person in found.items() if code in asked}


@dataclass(frozen=True)
class SyncedPlan:
    """A plan without those who could not be synced, and what became of them."""

    plan: Plan
    synced: Synced | None = None  # None: nobody was to be synced
    notes: tuple[StatusNote, ...] = ()  # on employees who aren't in the plan's batches any more


def new_hires(roster: Roster, settings: Settings) -> NewHires | None:
    """Return whom `run --sync` may sync, None without it; raises SettingsError where a header is missing."""
    if not settings.sync:
        return None
    return NewHires(people_of(roster, settings.fields), profile_under(settings))


def profile_under(settings: Settings) -> Profile:
    """Return what the ledger calls the profile of these settings: other names of fields are another one.

    StartExam has accepted nothing under new names yet, so they may be wrong.
    """
    names = "\n".join(sorted(field.name for field in settings.fields))
    form = hashlib.sha256(names.encode()).hexdigest()[:8]
    url = SANDBOX_URL if settings.sandbox else settings.base_url
    return Profile(settings.account_id or 0, url, f"{settings.employee_profile or ''} {form}")


def sync_options(
    settings: Settings, interruption: Interruption, progress: Callable[[int], object] = lambda _: None
) -> SyncOptions:
    """Return how people are synced under these settings."""
    return SyncOptions(
        profile_under(settings),
        _profile_guid(settings),
        settings.batch_size,
        settings.workers,
        settings.max_rejected,
        interruption,
        progress,
    )


def sync_first(
    plan: Plan, hires: NewHires | None, context: RunContext, settings: Settings, interruption: Interruption
) -> SyncedPlan:
    """Sync whom a plan registers, where that is wanted; who can't be synced is not registered.

    Raises StartExamError where StartExam refuses them because of the profile: nobody is registered then.
    """
    due = hires.due(plan, context.ledger) if hires else {}
    if not due:
        return SyncedPlan(plan)
    options = sync_options(settings, interruption)
    result = sync_people(list(due.values()), context.ledger, context.client, options)
    if result.stopped and result.refused:
        raise StartExamError(_("{words} Nobody was registered.", words=_sentence(result.stopped)))
    undone = {code: one for code, one in due.items() if one.identifier not in result.done}
    return _without(plan, undone, result)


def told_of_sync(outcome: Outcome, synced: Synced | None) -> Outcome:
    """Return an outcome that says why syncing ended early, where nothing else stopped the run."""
    if synced is None or not synced.stopped or outcome.stopped:
        return outcome
    return replace(outcome, stopped=synced.stopped)


def _without(plan: Plan, undone: Mapping[int, Person], result: Synced) -> SyncedPlan:
    """Take people out of a plan, but for those who have a link already."""
    statuses = plan.statuses.copy()
    gone = np.array([code for code in undone if statuses.status[code] == Status.NOT_SENT], np.int64)
    notes = tuple(_notes([undone[code] for code in gone.tolist()], result))
    for code, item in zip(gone.tolist(), notes, strict=True):
        statuses.settle(np.array([code]), item.status, item.note)
    batches, renewals = (_left(them, gone) for them in (plan.batches, plan.renewals))
    return SyncedPlan(replace(plan, statuses=statuses, batches=batches, renewals=renewals), result, notes)


def _left(batches: tuple[Batch, ...], gone: np.ndarray) -> tuple[Batch, ...]:
    return tuple(batch for batch in (_rest(one, gone) for one in batches) if len(batch))


def _rest(batch: Batch, gone: np.ndarray) -> Batch:
    if not np.isin(batch.codes, gone).any():
        return batch
    rest = batch.take(np.flatnonzero(~np.isin(batch.codes, gone)).tolist())
    return replace(rest, part=False)


def _notes(people: list[Person], result: Synced) -> Iterator[StatusNote]:
    for person in people:
        name = person.identifier
        if name in result.refused:
            yield StatusNote(name, Status.REJECTED, result.refused[name])
        elif name in result.failed:
            yield StatusNote(name, Status.FAILED, result.failed[name])
        else:
            yield StatusNote(name, Status.NOT_SENT, result.stopped)


def _profile_guid(settings: Settings) -> str:
    if settings.sandbox and not settings.employee_profile:
        from bulk_register.sandbox import DEMO_PROFILE  # only who asks for it needs a server

        return DEMO_PROFILE
    assert settings.employee_profile is not None
    return settings.employee_profile


def _sentence(words: str) -> str:
    return words if words.endswith((".", "!", "?")) else f"{words}."
