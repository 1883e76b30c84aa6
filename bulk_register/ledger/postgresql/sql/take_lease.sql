INSERT INTO lease (scope, fence, holder, machine, process, since, until)
VALUES (%(scope)s, nextval('fence'), %(holder)s, %(machine)s, %(process)s, clock_timestamp(),
        clock_timestamp() + make_interval(secs => %(seconds)s))
ON CONFLICT (scope) DO UPDATE SET fence = excluded.fence, holder = excluded.holder, machine = excluded.machine,
    process = excluded.process, since = excluded.since, until = excluded.until
RETURNING fence
