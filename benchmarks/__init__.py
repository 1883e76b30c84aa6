"""How fast bulk_register is, beside an afternoon's script and the floor: `make bench`."""
