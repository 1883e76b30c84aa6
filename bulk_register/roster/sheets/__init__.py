"""Workbooks as grids of text."""
