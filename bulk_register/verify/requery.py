"""Asking StartExam again about employees whom it has registered already; nothing is written down."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from bulk_register.api import MAX_BATCH
from bulk_register.errors import RefusedError
from bulk_register.records import Batch, Exam
from bulk_register.sending.confirmations import MAX_ALONE
from bulk_register.startexam import StartExam


@dataclass(frozen=True)
class Replies:
    """What StartExam said of employees; of those who are in neither nothing is known for certain."""

    participants: dict[str, str | None] = field(default_factory=dict)  # None: it gives no link
    refused: set[str] = field(default_factory=set)


def ask_again(client: StartExam, exam: Exam, employees: Sequence[str], max_refused: int) -> Replies:
    """Ask which participant each employee has, with `doNotCreateIfExist`, whatever `exam` says.

    Harmless for employees who have a registration for this exam; for others it would make one. A refused
    request is asked in halves until it is clear who is refused, up to `max_refused`. They are asked in an
    order of its own, and few of them one by one: an answer in the wrong order looks otherwise then. Raises
    StartExamError.
    """
    exam = replace(exam, reregister=False)
    replies = Replies()
    size = MAX_BATCH if len(employees) > MAX_ALONE else 1
    order = random.sample(employees, len(employees))
    for start in range(0, len(order), size):
        part = tuple(order[start : start + size])
        _ask(client, exam, Batch(start // size + 1, np.arange(len(part)), part), replies, max_refused)
    return replies


def _ask(client: StartExam, exam: Exam, batch: Batch, replies: Replies, max_refused: int) -> None:
    try:
        answer = client.register(exam, batch)
    except RefusedError:
        if len(replies.refused) > max_refused:
            raise
        if len(batch) == 1:
            replies.refused.update(batch.identifiers)
            return
        for half in batch.halves():
            _ask(client, exam, half, replies, max_refused)
        return
    if answer.participants is not None:
        replies.participants.update(zip(batch.identifiers, answer.participants, strict=True))
