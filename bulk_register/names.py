"""Names that people write, wherever they are looked for."""

SETTINGS_FILE = "bulk_register.toml"  # in the working folder, unless another is named
VARIABLE_PREFIX = "BULK_REGISTER_"  # of a setting's environment variable
