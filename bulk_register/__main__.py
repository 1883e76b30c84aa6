"""`python -m bulk_register` is the same program as `bulk-register`."""

from bulk_register.cli import main

if __name__ == "__main__":
    main()
