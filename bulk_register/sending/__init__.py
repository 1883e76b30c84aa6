"""A plan through the API: the first batch alone, workers, halving, matching, stopping."""

from bulk_register.sending.send import Interruption, Manner, NoInterruption, send

__all__ = ["Interruption", "Manner", "NoInterruption", "send"]
