-- Purpose: the schema of the application and what everybody loses inside the database; run as administrator in it.
-- Inputs: {application} the roles that use the application's functions (not backup, which only replicates).
create schema if not exists cx authorization owner;
alter schema cx owner to owner;
revoke all on schema cx from public;
grant usage on schema cx to {application};
-- Schema public belongs to whoever owns the database: our owner shall make nothing there either.
alter schema public owner to current_user;
revoke all on schema public from public;
-- Without IN SCHEMA: with it the revocation does nothing.
alter default privileges for role owner revoke execute on functions from public;
-- Large objects belong to whoever makes them; one made by web would break the owner's dump.
do $body$
declare
    lo regprocedure;
begin
    for lo in
        select p.oid::regprocedure
        from pg_catalog.pg_proc p
        where p.pronamespace = 'pg_catalog'::regnamespace
            and (p.proname like 'lo\_%' or p.proname in ('loread', 'lowrite'))
    loop
        execute pg_catalog.format('revoke all on function %s from public', lo);
    end loop;
end
$body$;
-- Counters, locks, log positions and sizes would tell a caller, after a rolled-back call, what a guard function found inside.
do $body$
declare
    counter regprocedure;
    picture regclass;
begin
    for counter in
        select p.oid::regprocedure
        from pg_catalog.pg_proc p
        where p.pronamespace = 'pg_catalog'::regnamespace
            and (p.proname ~ '^pg_stat_get_(xact_)?(numscans|tuples|blocks|live|dead|ins_since|mod_since|lastscan)'
                or p.proname ~ '^pg_(stat_get_(backend|wal|io)|current_wal|(total_)?relation_size|table_size|indexes_size)'
                or p.proname in ('pg_lock_status', 'pg_terminate_backend', 'pg_cancel_backend'))
    loop
        execute pg_catalog.format('revoke all on function %s from public', counter);
    end loop;
    for picture in
        select c.oid::regclass
        from pg_catalog.pg_class c
        where c.relnamespace = 'pg_catalog'::regnamespace and c.relkind = 'v'
            and c.relname ~ '^pg_(locks|stat_(wal|io)|stat(io)?_(xact_)?(all|user|sys)_(tables|indexes|sequences))$'
    loop
        execute pg_catalog.format('revoke all on %s from public', picture);
    end loop;
end
$body$;
