-- What every guard stands on: refusal, deployment, clock (测试时钟).

-- A rule says no. The rule's code travels as the constraint name, so no text has to be parsed and no row leaks.
create function cx.refuse_v1(p_code text) returns boolean
language plpgsql volatile parallel unsafe set search_path = pg_catalog, cx, pg_temp as $$
begin
  raise exception using errcode = 'CX001', message = p_code, constraint = p_code;
end $$;

create function cx.refuse_text_v1(p_code text) returns text
language plpgsql volatile parallel unsafe set search_path = pg_catalog, cx, pg_temp as $$
begin
  raise exception using errcode = 'CX001', message = p_code, constraint = p_code;
end $$;

-- One row: what kind of installation this is. Only the owner can change it.
create table cx.ledger_deployment (
  one boolean primary key default true check (one),
  mode text not null check (mode in ('demo', 'test', 'production')),
  epoch integer not null default 1 check (epoch > 0),      -- incarnation of the cluster; (epoch, xid, id) orders the log
  clock_shift integer not null default 0,                  -- days the test clock runs ahead
  decoy_secret bytea not null check (length(decoy_secret) = 32),
  opened_at timestamptz,                                   -- production: when it was allowed to take real persons
  constraint "CLOCK-01" check (mode <> 'production' or clock_shift = 0)
);

-- The business day (业务日). Register lines carry real time; only legal periods follow the test clock.
create function cx.ledger_today_v1() returns date
language sql stable parallel safe security definer
begin atomic
  select (statement_timestamp() at time zone 'Asia/Shanghai')::date
       + (select d.clock_shift from cx.ledger_deployment d);
end;
grant execute on function cx.ledger_today_v1() to web, worker, engine;

-- A real installation is closed until its operator has shown that it can be restored, that its log can be verified and that
-- who is erased stays erased (DEPLOY-01): nothing about a person comes in, nobody is looked at. Demo and test hold synthetic
-- persons only.
create function cx.ledger_open_v1() returns boolean
language sql stable security definer
begin atomic
  select case when exists (select from cx.ledger_deployment d where d.mode = 'production' and d.opened_at is null)
    then cx.refuse_v1('DEPLOY-01') else true end;
end;

-- Whether a look or an act of somebody's own is about themself. The ledger knows no files: until `people` replaces this body,
-- there is one for each.
create function cx.ledger_self_v1(p_own uuid, p_person uuid) returns boolean language sql stable security definer
begin atomic
  select coalesce(p_own = p_person, false);
end;

-- Refuses an own act: at a file that is read together with one's own (DUTY-03), or at somebody else's (DUTY-02). Files can be
-- joined wrongly, and what was served or accepted by then cannot be taken back: so nobody acts but under the file's own number.
create function cx.ledger_not_own_v1(p_own uuid, p_person uuid) returns boolean language sql volatile
begin atomic
  select cx.refuse_v1(case when cx.ledger_self_v1(p_own, p_person) then 'DUTY-03' else 'DUTY-02' end);
end;

-- Which migrations are applied is no secret: a serving process asks before it says it is ready.
grant select on cx.django_migrations to web, worker;
