-- Purpose: our roles whose attributes are not what the bootstrap gave them. Input: %(roles)s. Output: role, repair.
select r.rolname, pg_catalog.format(
    'ALTER ROLE %%I LOGIN NOINHERIT NOSUPERUSER NOCREATEROLE NOCREATEDB NOBYPASSRLS %%s;', r.rolname,
    case r.rolname when 'backup' then 'REPLICATION' else 'NOREPLICATION' end
)
from pg_catalog.pg_roles r
where r.rolname = any(%(roles)s)
    and not (
        r.rolcanlogin and not r.rolinherit and not r.rolsuper and not r.rolcreaterole and not r.rolcreatedb
        and not r.rolbypassrls and r.rolreplication = (r.rolname = 'backup')
    )
order by r.rolname
