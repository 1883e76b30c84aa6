"""The sandbox's memory: who was registered, under which participant identifier, how often."""

from __future__ import annotations

import hashlib
import secrets
import threading
from collections import Counter

from bulk_register.sandbox.behaviour import Existing
from bulk_register.sandbox.demand import Demand

Group = tuple[str, frozenset[str]]  # center and tests
Registrations = dict[tuple[str, frozenset[str], str], str]


class Registrar:
    """Remembers the latest participant of each center, set of tests and employee; safe between threads."""

    def __init__(self, seed: int | None, existing: Existing) -> None:
        self._salt = secrets.token_hex() if seed is None else str(seed)
        self._existing = existing
        self._groups: dict[Group, dict[str, str]] = {}
        self._created: Counter[str] = Counter()
        self._lock = threading.Lock()

    def register(self, demand: Demand) -> list[str | None]:
        """Register all employees of the demand; the participant identifiers to answer, in their order."""
        with self._lock:
            participants = self._groups.setdefault((demand.center, demand.tests), {})
            minting = self._minting(demand)
            answered: list[str | None] = []
            created: list[str] = []
            for employee in demand.employees:
                participant = participants.get(employee, "")
                if participant and demand.do_not_create_if_exist:
                    answered += self._answer_existing(participant)
                else:
                    participants[employee] = _guid(minting, participant + employee)
                    answered.append(participants[employee])
                    created.append(employee)
            self._created.update(created)
            return answered

    def _minting(self, demand: Demand) -> hashlib.blake2b:
        text = "\n".join((self._salt, demand.center, *sorted(demand.tests), ""))
        return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16)

    def _answer_existing(self, participant: str) -> list[str | None]:
        if self._existing == "left out":
            return []
        return [participant if self._existing == "in place" else None]

    @property
    def registrations(self) -> Registrations:
        with self._lock:
            return {
                (*group, employee): participant
                for group, participants in self._groups.items()
                for employee, participant in participants.items()
            }

    @property
    def created(self) -> Counter[str]:
        with self._lock:
            return self._created.copy()


def _guid(minting: hashlib.blake2b, text: str) -> str:
    """A GUID that depends on the demand and text alone, so that it is the same however threads take turns."""
    minting = minting.copy()
    minting.update(text.encode("utf-8", "surrogatepass"))
    digits = minting.hexdigest()
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-{digits[20:]}"
