"""A plan through the API: the first batch alone, workers, halving, matching, stopping."""

from bulk_register.sending.options import Interruption, NoInterruption, SendOptions
from bulk_register.sending.send import send

__all__ = ["Interruption", "NoInterruption", "SendOptions", "send"]
