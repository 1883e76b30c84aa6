"""StartExam's API: signing, one funnel for requests, answers checked at the door, retries as a value."""

from bulk_register.startexam.answers import read_participants
from bulk_register.startexam.client import StartExam
from bulk_register.startexam.clock import utc_text
from bulk_register.startexam.redaction import Redactor
from bulk_register.startexam.retry import RetryPolicy, StoppedError
from bulk_register.startexam.sessions import Connection

__all__ = [
    "Connection",
    "Redactor",
    "RetryPolicy",
    "StartExam",
    "StoppedError",
    "read_participants",
    "utc_text",
]
