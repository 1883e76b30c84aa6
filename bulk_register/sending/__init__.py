"""A plan through the API: the first batch alone, workers, halving, matching, stopping."""

from bulk_register.sending.options import Interruption, NoInterruption, Reckon, SendOptions
from bulk_register.sending.send import send

__all__ = ["Interruption", "NoInterruption", "Reckon", "SendOptions", "send"]
