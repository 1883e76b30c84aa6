"""The ledger in PostgreSQL: one for several machines. Nothing else of the program loads psycopg."""
