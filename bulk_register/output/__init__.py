"""The roster and its results become the output spreadsheet, in its place."""

from bulk_register.output.output import plan_output

__all__ = ["plan_output"]
