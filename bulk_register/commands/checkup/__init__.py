"""What `doctor` looks at, each room giving its lines; see `check_line`."""
