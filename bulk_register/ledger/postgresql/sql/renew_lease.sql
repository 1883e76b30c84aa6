-- A lease that is over is not renewed: somebody else may have relied on that.
UPDATE lease SET until = clock_timestamp() + make_interval(secs => %(seconds)s)
WHERE scope = %(scope)s AND fence = %(fence)s AND until > clock_timestamp()
