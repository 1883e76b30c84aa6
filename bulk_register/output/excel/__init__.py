"""Workbooks as the output: the roster's own file changed in place, or a new one."""
