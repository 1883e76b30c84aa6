"""The table in a grid: headers, identifier column, rows."""
