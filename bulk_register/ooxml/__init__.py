"""An OOXML file as a package of parts: opened with distrust, read in pieces, rewritten only where it
changes.
"""
