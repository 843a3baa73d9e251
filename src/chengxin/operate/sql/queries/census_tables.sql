-- Purpose: tables whose rows a backup must bring back. Input: none. Output: name. Unlogged ones are empty after any recovery.
select c.relname
from pg_catalog.pg_class c
where c.relnamespace = 'cx'::regnamespace and c.relkind = 'r' and c.relpersistence = 'p'
order by c.relname
