-- Ends sessions of this program that wait for it within a transaction. The server itself ends those that are idle
-- between statements, and counts no session as idle whose statements come without a pause to answer (a pipeline).
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND usename = current_user AND pid <> pg_backend_pid()
    AND application_name = current_setting('application_name')
    AND xact_start IS NOT NULL AND wait_event = 'ClientRead'
    AND state_change < clock_timestamp() - make_interval(secs => %s)
