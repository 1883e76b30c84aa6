"""Delimited text (CSV, TSV) as the output."""
