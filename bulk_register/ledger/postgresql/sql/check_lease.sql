-- Whether the lease is still held; nobody can take it over before this transaction ends.
SELECT 1 FROM lease WHERE scope = %(scope)s AND fence = %(fence)s AND until > clock_timestamp() FOR UPDATE
