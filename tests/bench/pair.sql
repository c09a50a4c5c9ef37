-- The pair for pgbench: two transactions, one round trip each, as the two calls of the API are.
SELECT allocate(:counted) AS lmid \gset
SELECT deallocate(:lmid, :counted);
