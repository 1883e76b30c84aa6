"""The commands: what each shows and asks; errors become words here."""
