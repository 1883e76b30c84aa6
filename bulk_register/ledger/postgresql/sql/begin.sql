-- Begins a transaction that writes: nobody else's comes between, and it is on disk when it is committed.
-- A program that sleeps within it is thrown out, so that others needn't wait for it.
SET LOCAL synchronous_commit = on;
SET LOCAL lock_timeout = %(lock_milliseconds)s;
SET LOCAL idle_in_transaction_session_timeout = %(idle_milliseconds)s;
SET LOCAL tcp_keepalives_idle = 10;
SET LOCAL tcp_keepalives_interval = 5;
SET LOCAL tcp_keepalives_count = 3;
SELECT version FROM ledger WHERE id = 1 FOR UPDATE;
