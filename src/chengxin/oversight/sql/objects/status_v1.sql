-- What runs and what waits, for the system administrator (运行状态、任务中心): numbers, times and names of departments, no row, no
-- person, nothing of what is in a file.

create type cx.oversight_work_v1 as (kind text, waiting integer, oldest timestamptz);
-- What waits (等待办理), by kind, with the time of the oldest. A file that broke off waits for its officer, not for the worker;
-- one whose reader went away waits again, however far it was read.
create function cx.oversight_work_v1(p_token bytea) returns setof cx.oversight_work_v1
language sql volatile security definer
begin atomic
  select cx.ledger_duty_v1(p_token, 'system.status');
  select 'upload', count(*)::integer, min(u.at) from cx.intake_upload u where u.problem = '' and u.session is not null and coalesce(u.leased_until < statement_timestamp(), true)
  union all
  select 'event', count(*)::integer, min(e.at) from cx.ledger_outbox e where e.done_at is null
  union all
  select 'matter', count(*)::integer, min(m.at) from cx.people_matter m where m.state = 'waiting'
  union all
  select 'incident', count(*)::integer, min(i.opened_at) from cx.oversight_incident i
  where not exists (select from cx.oversight_event e where e.incident = i.incident and e.to_state in ('closed', 'dismissed'))
  order by 1;
end;
grant execute on function cx.oversight_work_v1(bytea) to web;

create type cx.oversight_job_v1 as (upload uuid, at timestamptz, organisation_name text, item text, kind text, channel text,
  bytes integer, state text, problem text, message text, declared integer, judged integer, blocks boolean, found integer, under_way integer);
-- Files that were sent (任务中心), the newest first: waiting, reading (judged of declared rows), broken off, read, or refused
-- as a whole by a rule. The message is about columns and line numbers: it never repeats a cell.
create function cx.oversight_jobs_v1(p_token bytea, p_offset integer, p_limit integer) returns setof cx.oversight_job_v1
language sql volatile security definer
begin atomic
  select cx.ledger_duty_v1(p_token, 'system.status');
  select u.upload, u.at, coalesce(o.name, ''), u.item, u.kind, u.channel, u.bytes,
    s.state, u.problem, u.message, b.declared, p.judged,
    s.state in ('waiting', 'reading') and u.lost >= cx.intake_blocks_from_v1(), (count(*) over ())::integer,
    (count(*) filter (where s.state in ('waiting', 'reading')) over ())::integer
  from cx.intake_upload u left join cx.people_organisation o on o.code = u.organisation
  left join cx.intake_batch b on b.batch = u.batch left join cx.intake_receipt r on r.batch = u.batch
  left join cx.intake_progress p on p.batch = u.batch left join cx.intake_cancel x on x.upload = u.upload
  cross join lateral (select case
    when u.problem <> '' then 'refused' when x.upload is not null then 'cancelled' when r.batch is not null then 'read' when u.session is null then 'broken'
    when u.leased_until > statement_timestamp() then 'reading' else 'waiting' end as state) s
  order by u.at desc, u.upload offset p_offset limit p_limit;
end;
grant execute on function cx.oversight_jobs_v1(bytea, integer, integer) to web;
