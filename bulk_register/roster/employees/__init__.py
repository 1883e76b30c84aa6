"""Table rows become employees: row kinds, identifiers, duplicates and conflicts."""
