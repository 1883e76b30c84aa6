UPDATE lease SET until = clock_timestamp() WHERE scope = %(scope)s AND fence = %(fence)s
