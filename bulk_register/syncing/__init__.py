"""Employees added to StartExam and updated there, from the roster that they are registered from."""

from bulk_register.syncing.fields import People, people_of
from bulk_register.syncing.send import Synced, SyncOptions, sync_people

__all__ = ["People", "SyncOptions", "Synced", "people_of", "sync_people"]
