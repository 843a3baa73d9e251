-- Purpose: every privilege that the login of this session has and a serving process must not have.
-- Output: kind of privilege, the object it is on (or ''), the statement that takes it away.
-- session_user, not current_user: RESET ROLE would undo a SET ROLE.
with me as (
    select r.oid, r.rolname, r.rolsuper, r.rolbypassrls, r.rolcreaterole, r.rolcreatedb, r.rolreplication
    from pg_catalog.pg_roles r
    where r.rolname = session_user
)
select 'superuser', '', pg_catalog.format('ALTER ROLE %I NOSUPERUSER;', rolname) from me where rolsuper
union all
select 'bypassrls', '', pg_catalog.format('ALTER ROLE %I NOBYPASSRLS;', rolname) from me where rolbypassrls
union all
select 'createrole', '', pg_catalog.format('ALTER ROLE %I NOCREATEROLE;', rolname) from me where rolcreaterole
union all
select 'createdb', '', pg_catalog.format('ALTER ROLE %I NOCREATEDB;', rolname) from me where rolcreatedb
union all
select 'replication', '', pg_catalog.format('ALTER ROLE %I NOREPLICATION;', rolname) from me where rolreplication
union all
-- Any membership: without INHERIT and SET it can still hold ADMIN. 10 is the role of initdb, the default grantor.
select 'member', held.rolname, pg_catalog.format(
    'REVOKE %I FROM %I%s;', held.rolname, me.rolname,
    case when grantor.oid <> 10 then pg_catalog.format(' GRANTED BY %I', grantor.rolname) end
)
from me
join pg_catalog.pg_auth_members m on m.member = me.oid
join pg_catalog.pg_roles held on held.oid = m.roleid
join pg_catalog.pg_roles grantor on grantor.oid = m.grantor
union all
-- The database, schemas, tables, functions: ownership of any of them is in one catalog.
-- An owner's own grants go with the ownership: they are given back.
select 'owns', '', pg_catalog.format(
    'REASSIGN OWNED BY %1$I TO owner; GRANT CONNECT ON DATABASE %2$I TO %1$I; GRANT USAGE ON SCHEMA cx TO %1$I;',
    me.rolname, pg_catalog.current_database()
)
from me
where exists (
    select
    from pg_catalog.pg_shdepend d
    where d.refclassid = 'pg_catalog.pg_authid'::pg_catalog.regclass
        and d.refobjid = me.oid
        and d.deptype = 'o'
        and d.dbid in (
            0, (select b.oid from pg_catalog.pg_database b where b.datname = pg_catalog.current_database())
        )
)
union all
select 'create_schema', n.nspname, pg_catalog.format(
    'REVOKE CREATE ON SCHEMA %I FROM %s;', n.nspname,
    case a.grantee when 0 then 'PUBLIC' else pg_catalog.quote_ident(me.rolname) end
)
from me
cross join pg_catalog.pg_namespace n
cross join lateral pg_catalog.aclexplode(
    coalesce(n.nspacl, pg_catalog.acldefault('n', n.nspowner))
) a
where a.privilege_type = 'CREATE' and a.grantee in (0, me.oid) and n.nspowner <> me.oid
union all
select 'create_database', b.datname, pg_catalog.format(
    'REVOKE CREATE ON DATABASE %I FROM %s;', b.datname,
    case a.grantee when 0 then 'PUBLIC' else pg_catalog.quote_ident(me.rolname) end
)
from me
cross join pg_catalog.pg_database b
cross join lateral pg_catalog.aclexplode(
    coalesce(b.datacl, pg_catalog.acldefault('d', b.datdba))
) a
where b.datname = pg_catalog.current_database()
    and a.privilege_type = 'CREATE' and a.grantee in (0, me.oid) and b.datdba <> me.oid
