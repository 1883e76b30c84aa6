"""The output spreadsheet: the roster as it was, with five more columns."""

from bulk_register.output.output import Output, plan_output, write

__all__ = ["Output", "plan_output", "write"]
