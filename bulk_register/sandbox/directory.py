"""The employees that the sandbox keeps: added and updated by Sync Employees, checked against a profile."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any

from bulk_register.sandbox.account import Account
from bulk_register.sandbox.behaviour import Behaviour
from bulk_register.sandbox.demand import is_guid, read_identifiers
from bulk_register.sandbox.messages import RefusedError

STATUSES = ("active", "hidden")  # API page "Sync Employees"


class Directory:
    """Remembers everybody who was synced, with their fields; safe between threads."""

    def __init__(self, behaviour: Behaviour, account: Account) -> None:
        self._behaviour, self._account = behaviour, account
        self._people: dict[str, dict[str, str]] = {}
        self._lock = threading.Lock()

    @property
    def people(self) -> dict[str, dict[str, str]]:
        """Everybody's fields by identifier."""
        with self._lock:
            return {identifier: dict(fields) for identifier, fields in self._people.items()}

    def knows(self, employee: str) -> bool:
        with self._lock:
            return employee in self._people

    def sync(self, payload: dict[str, Any]) -> None:
        """Add or update all employees of a request, or none: RefusedError (400) says what is wrong."""
        self._check_profile(payload.get("profileId"))
        identifiers = read_identifiers(payload)
        if len(identifiers) > self._behaviour.most_synced:
            raise RefusedError(self._behaviour.too_many_synced, "There are too many employees.")
        fields = [self._fields(each) for each in payload["employees"]]
        with self._lock:
            for identifier, found in zip(identifiers, fields, strict=True):
                if self._behaviour.forgets_left_out:
                    self._people[identifier] = {}
                self._people.setdefault(identifier, {}).update(found)

    def _check_profile(self, profile: object) -> None:
        if not is_guid(profile):
            raise RefusedError(400, "'profileId' must be a GUID.")
        if not self._account.any_profile and str(profile).lower() != self._account.profile:
            raise RefusedError(400, f"Profile '{profile}' is not found.")

    def _fields(self, employee: dict[str, Any]) -> Mapping[str, str]:
        if employee.get("status") not in STATUSES:
            raise RefusedError(400, "'status' of an employee must be 'active' or 'hidden'.")
        found: dict[str, str] = {}
        for item in employee.get("data") or []:
            if not (
                isinstance(item, dict) and all(isinstance(item.get(key), str) for key in ("name", "value"))
            ):
                raise RefusedError(400, "'data' of an employee must hold 'name' and 'value', both strings.")
            self._check_field(item["name"], item["value"])
            found[item["name"]] = item["value"]
        return found

    def _check_field(self, name: str, value: str) -> None:
        if not self._account.any_profile and name not in self._account.profile_fields:
            raise RefusedError(400, f"Field '{name}' does not exist in the profile.")
        if self._behaviour.refuses_value(name, value):
            raise RefusedError(400, f"The value '{value}' of the field '{name}' is not valid.")
