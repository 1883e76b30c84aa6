"""A plan through the API: the first batch alone, workers, halving, matching, stopping."""

from bulk_register.sending.send import send
from bulk_register.sending.send_options import Interruption, NoInterruption, Reckon, SendOptions

__all__ = ["Interruption", "NoInterruption", "Reckon", "SendOptions", "send"]
