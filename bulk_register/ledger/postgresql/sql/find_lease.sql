-- Who holds this scope, the whole ledger, or, where that is wanted, any scope.
SELECT machine, process, since, until FROM lease
WHERE until > clock_timestamp() AND holder <> %(holder)s
AND (scope = %(scope)s OR scope = '*' OR %(scope)s = '*')
ORDER BY since LIMIT 1
