"""The roster as a file: its private snapshot and its format."""
