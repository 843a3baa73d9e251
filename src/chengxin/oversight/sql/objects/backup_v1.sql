-- Backups that the system administrator asks for on a page (立即备份). The pages hold no right to make one: the request is an act, and the
-- program that started the platform takes it and says what became of it. Numbers and times; nobody is in it.

create table cx.oversight_backup (
  act uuid primary key,
  asked_at timestamptz not null,
  taken_at timestamptz check (taken_at >= asked_at),
  ended_at timestamptz check (ended_at >= taken_at),
  bytes bigint check (bytes > 0),       -- of the backup that was made
  cause text not null default '',       -- why none was made, and what to do
  remedy text not null default '',
  cancelled uuid check (cancelled is null or (taken_at is null and ended_at is not null)),  -- by which act; only what nobody took
  check ((ended_at is null) = (bytes is null and cause = '' and cancelled is null)),
  check (cancelled is null or (bytes is null and cause = '')),
  check (bytes is null or cause = ''),
  check ((cause = '') = (remedy = ''))
);
create unique index "BACKUP-01" on cx.oversight_backup ((true)) where ended_at is null;

-- Asks for a backup now (请求立即备份). BACKUP-01: one waits or is being made already.
create function cx.oversight_backup_ask_v1(p_act uuid) returns void language sql volatile security definer
begin atomic
  select cx.ledger_require_acts_v1(array['00000000-0000-0000-0000-000000000000'::uuid], array[p_act], 'system.backup');
  insert into cx.oversight_backup (act, asked_at) values (p_act, statement_timestamp());
end;
grant execute on function cx.oversight_backup_ask_v1(uuid) to web;

-- Takes back the request that nobody has taken (取消备份请求). BACKUP-02: there is none, or it is being made.
create function cx.oversight_backup_cancel_v1(p_act uuid) returns void
language plpgsql volatile security definer set search_path = pg_catalog, cx, pg_temp as $$
begin
  perform cx.ledger_require_acts_v1(array['00000000-0000-0000-0000-000000000000'::uuid], array[p_act], 'system.backup_cancel');
  update cx.oversight_backup b set ended_at = statement_timestamp(), cancelled = p_act where b.taken_at is null and b.ended_at is null;
  if not found then perform cx.refuse_v1('BACKUP-02'); end if;
end $$;
grant execute on function cx.oversight_backup_cancel_v1(uuid) to web;

create type cx.oversight_backup_v1 as (asked_at timestamptz, taken_at timestamptz, ended_at timestamptz, bytes bigint, cause text, remedy text,
  cancelled boolean);
-- The latest request for a backup and what became of it (最近一次请求的备份). DUTY-01.
create function cx.oversight_backups_v1(p_token bytea) returns setof cx.oversight_backup_v1
language sql volatile security definer
begin atomic
  select cx.ledger_duty_v1(p_token, 'system.status');
  select b.asked_at, b.taken_at, b.ended_at, b.bytes, b.cause, b.remedy, b.cancelled is not null
  from cx.oversight_backup b order by b.asked_at desc, b.act limit 1;
end;
grant execute on function cx.oversight_backups_v1(bytea) to web;

create type cx.oversight_backup_taken_v1 as (act uuid, again boolean);
-- Takes the request that is open (取走备份请求): granted to nobody, the hand of the program that started the platform. `again`: it was
-- taken before, by one that has ended since.
create function cx.oversight_backup_take_v1() returns setof cx.oversight_backup_taken_v1 language sql volatile
begin atomic
  update cx.oversight_backup b set taken_at = coalesce(b.taken_at, statement_timestamp())
  from (select o.act, o.taken_at is not null as again from cx.oversight_backup o where o.ended_at is null for update) o
  where b.act = o.act returning b.act, o.again;
end;

-- What became of a request that was taken (备份的结果): granted to nobody, the same hand.
create function cx.oversight_backup_end_v1(p_act uuid, p_bytes bigint, p_cause text, p_remedy text) returns void
language sql volatile
begin atomic
  update cx.oversight_backup b set ended_at = statement_timestamp(), bytes = p_bytes, cause = p_cause, remedy = p_remedy
  where b.act = p_act and b.taken_at is not null and b.ended_at is null;
end;
