"""Delimited text as a grid: encoding, lines, delimiter."""
