-- What the department and whoever certifies read: batches, findings, held rows, quality.

create type cx.intake_batch_row_v1 as (upload uuid, batch uuid, organisation text, organisation_name text, item text,
  item_version integer, kind text, channel text, form text, file_digest bytea, problem text, message text, running boolean, stalled boolean, sent_at timestamptz, opened_at timestamptz, closed_at timestamptz,
  declared integer, judged integer, total integer, accepted integer, refused integer, held integer, unchanged integer,
  ignored integer, wanting integer, waiting integer, dismissed text, cancelled text, kept boolean, mends uuid, mends_row integer,
  mended text[]);

-- Uploads and batches of the own organisation, newest first: p_one narrows to an upload or batch, p_before goes on.
create function cx.intake_batches_v1(p_token bytea, p_one uuid, p_before timestamptz, p_limit integer)
returns setof cx.intake_batch_row_v1 language sql volatile security definer
begin atomic
  select cx.ledger_duty_v1(p_token, 'intake.receipts');
  with mine as materialized (select s.organisation from cx.ledger_session_v1(p_token) s
  ), sent as (
    select u.upload, coalesce(u.batch, b.batch) as batch, coalesce(u.organisation, b.organisation) as organisation,
      coalesce(u.item, b.item) as item, coalesce(u.kind, b.kind) as kind, coalesce(u.channel, b.channel) as channel,
      coalesce(u.file_digest, b.file_digest) as digest, coalesce(u.problem, '') as problem, coalesce(u.message, '') as message,
      u.session is not null as running, coalesce(u.at, b.opened_at) as at, b.item_version, b.opened_at, b.declared, coalesce(b.form, '') as form
    from mine m
    join cx.intake_upload u on u.organisation = m.organisation
    full join (select b.* from mine m join cx.intake_batch b on b.organisation = m.organisation) b on b.batch = u.batch
  )
  select n.upload, n.batch, n.organisation, o.name, n.item, n.item_version, n.kind, n.channel, n.form, n.digest, n.problem, n.message,
    n.running, r.batch is null and not n.running and coalesce(p.at, n.opened_at) < statement_timestamp() - interval '2 minutes',
    n.at, n.opened_at, r.closed_at, n.declared, p.judged, r.total, r.accepted, r.refused, r.held, r.unchanged, r.ignored,
    case when d.batch is not null then 0 else r.refused - w.refused end, r.held - w.held, coalesce(d.reason, ''), coalesce(x.reason, ''),
    exists (select from cx.intake_file f where f.upload = n.upload), m.batch, m.source_row, m.fields
  from sent n
  left join cx.intake_mend m on m.upload = n.upload
  left join cx.people_organisation o on o.code = n.organisation
  left join cx.intake_progress p on p.batch = n.batch
  left join cx.intake_receipt r on r.batch = n.batch
  left join cx.intake_dismissal d on d.batch = n.batch
  left join cx.intake_cancel x on x.upload = n.upload
  cross join lateral (
    select count(*) filter (where h.batch is null)::integer as refused, count(h.batch)::integer as held
    from (select f.source_row from cx.intake_fixed f where f.batch = n.batch and cx.intake_counts_v1(f.by_batch)
          union select x.source_row from cx.intake_decision x where x.batch = n.batch) o
    left join cx.intake_held h on h.batch = n.batch and h.source_row = o.source_row) w
  where (p_one is null or n.upload = p_one or n.batch = p_one) and (p_before is null or n.at < p_before)
  order by n.at desc, n.upload, n.batch limit p_limit;
end;
grant execute on function cx.intake_batches_v1(bytea, uuid, timestamptz, integer) to web, worker;

-- Says that the refused rows of a closed batch of the own organisation are not coming (不再报送). INTAKE-32: no such batch,
-- or said before.
create function cx.intake_dismiss_v1(p_batch uuid, p_act uuid, p_reason text) returns void
language plpgsql volatile security definer set search_path = pg_catalog, cx, pg_temp as $$
begin
  perform cx.ledger_require_acts_v1(array['00000000-0000-0000-0000-000000000000'::uuid], array[p_act], 'intake.dismiss');
  insert into cx.intake_dismissal
  select b.batch, p_act, p_reason, statement_timestamp()
  from cx.ledger_register r join cx.intake_batch b on b.batch = p_batch and b.organisation = r.organisation
  join cx.intake_receipt c on c.batch = b.batch and c.refused > 0
  where r.person = '00000000-0000-0000-0000-000000000000' and r.id = p_act
  on conflict do nothing;
  if not found then perform cx.refuse_v1('INTAKE-32'); end if;
end $$;
grant execute on function cx.intake_dismiss_v1(uuid, uuid, text) to web;

create type cx.intake_finding_v1 as (source_row integer, kind text, field text, code text, message text, fixed boolean, decided text);
-- What was found in rows of a batch of the own organisation, by row: p_kind narrows, p_after goes on.
create function cx.intake_findings_v1(p_token bytea, p_batch uuid, p_kind text, p_after integer, p_limit integer)
returns setof cx.intake_finding_v1 language sql volatile security definer
begin atomic
  select cx.ledger_duty_v1(p_token, 'intake.receipts');
  select f.source_row, f.kind, f.field, f.code, f.message,
    exists (select from cx.intake_fixed x where x.batch = f.batch and x.source_row = f.source_row and cx.intake_counts_v1(x.by_batch)),
    coalesce((select d.outcome from cx.intake_held h
              join cx.intake_decision d on d.person = h.person and d.batch = h.batch and d.source_row = h.source_row
              where f.kind = 'held' and h.batch = f.batch and h.source_row = f.source_row and d.outcome <> 'replaced'), '')
  from cx.ledger_session_v1(p_token) s
  join cx.intake_batch b on b.batch = p_batch and b.organisation = s.organisation
  join cx.intake_finding f on f.batch = b.batch and (p_kind is null or f.kind = p_kind) and f.source_row > p_after
  order by f.source_row, f.kind, f.position limit p_limit;
end;
grant execute on function cx.intake_findings_v1(bytea, uuid, text, integer, integer) to web, worker;

create type cx.intake_summary_v1 as (kind text, code text, field text, rows integer);
-- How often each rule spoke in a batch.
create function cx.intake_summary_v1(p_token bytea, p_batch uuid) returns setof cx.intake_summary_v1
language sql volatile security definer
begin atomic
  select cx.ledger_duty_v1(p_token, 'intake.receipts');
  select f.kind, f.code, f.field, count(*)::integer
  from cx.ledger_session_v1(p_token) s
  join cx.intake_batch b on b.batch = p_batch and b.organisation = s.organisation
  join cx.intake_finding f on f.batch = b.batch
  group by f.kind, f.code, f.field order by count(*) desc, f.code, f.field;
end;
grant execute on function cx.intake_summary_v1(bytea, uuid) to web;

create type cx.intake_held_v1 as (batch uuid, source_row integer, item text, kind text, organisation_name text, doc_no text,
  authority_name text, reason text, other_name boolean, verified text, held_on date, due_on date);
-- Rows that wait for a human (待核), the most urgent first: no identity. All departments' rows, for whoever certifies.
-- other_name: whatever else holds the row, its name is not the one known for the number. verified: what the population
-- database said.
create function cx.intake_held_v1(p_token bytea, p_batch uuid, p_row integer, p_limit integer, p_skip integer)
returns setof cx.intake_held_v1 language sql volatile security definer
begin atomic
  select cx.ledger_duty_v1(p_token, 'intake.held');
  select h.batch, h.source_row, b.item, b.kind, coalesce(o.name, b.organisation), (h.row).doc_no, (h.row).authority_name, h.reason,
    coalesce(k.pair_hmac <> (h.row).pair, false), (h.row).verified, w.on_date, h.due_on
  from (
    select w.*, c.on_date from cx.intake_waiting w
    -- By key, one by one (offset 0), whatever statistics say: a hash would read all that ever were.
    cross join lateral (select c.on_date from cx.intake_receipt c where c.batch = w.batch offset 0) c
    where (p_batch is null or w.batch = p_batch and w.source_row = p_row)
      and (select true from cx.intake_decision d
           where d.person = w.person and d.batch = w.batch and d.source_row = w.source_row) is null
    order by w.due_on, w.batch, w.source_row limit p_limit offset p_skip) w
  cross join lateral (
    select h.* from cx.intake_held h where h.person = w.person and h.batch = w.batch and h.source_row = w.source_row offset 0) h
  cross join lateral (select b.* from cx.intake_batch b where b.batch = h.batch offset 0) b
  left join cx.people_organisation o on o.code = b.organisation
  left join cx.people_key k on k.id_hmac = (h.row).hmac
  order by w.due_on, w.batch, w.source_row;
end;
grant execute on function cx.intake_held_v1(bytea, uuid, integer, integer, integer) to web;

create type cx.intake_held_decided_v1 as (doc_no text, outcome text, decided_on date, post text, organisation_name text);
-- What became of a row that waits no more, for whoever comes too late: number, outcome, day, post; no identity, no reasons.
-- Of a row that its department sent again ('replaced') the department, and no post.
create function cx.intake_held_decided_v1(p_token bytea, p_batch uuid, p_row integer)
returns setof cx.intake_held_decided_v1 language sql volatile security definer
begin atomic
  select cx.ledger_duty_v1(p_token, 'intake.held');
  select (h.row).doc_no, d.outcome, d.decided_on, case when d.outcome = 'replaced' then '' else coalesce(a.post, '') end,
    coalesce(o.name, '')
  from cx.intake_held h
  join cx.intake_decision d on d.person = h.person and d.batch = h.batch and d.source_row = h.source_row
  join cx.intake_batch b on b.batch = h.batch
  left join cx.ledger_register r on r.person = d.person and r.id = d.act
  left join cx.people_account a on a.account = r.actor
  left join cx.people_organisation o on o.code = case when d.outcome = 'replaced' then b.organisation else r.organisation end
  where h.batch = p_batch and h.source_row = p_row;
end;
grant execute on function cx.intake_held_decided_v1(bytea, uuid, integer) to web;

-- Whether this officer stays out of a held row (回避): their organisation sent it, it is about them, or they sent it
-- themselves under another account. Internal.
create function cx.intake_partial_v1(p_session cx.ledger_session_row_v1, p_batch cx.intake_batch, p_held cx.intake_held)
returns boolean language sql stable
begin atomic
  select (p_session).organisation = (p_batch).organisation or coalesce((p_session).person = (p_held).person, false)
    or exists (
      select from cx.people_account a
      where a.account = (p_session).actor and (a.holder = ((p_held).row).hmac or a.holder = (
        select s.holder from cx.ledger_register r join cx.people_account s on s.account = r.actor
        where r.person = '00000000-0000-0000-0000-000000000000' and r.id = (p_batch).act)));
end;

-- Takes a held row in, judged once more as the store stands today; what held it is what the officer answers for.
-- INTAKE-37, 39, 42, 44: that is no longer all that speaks against it. Internal.
create function cx.intake_release_v1(p_token bytea, p_batch cx.intake_batch, p_held cx.intake_held, p_key_version integer)
returns void language plpgsql volatile security definer set search_path = pg_catalog, cx, pg_temp as $$
declare v_row cx.records_stage := (p_held).row; v_person uuid; v_known boolean; v_run uuid := gen_random_uuid(); v_last record;
begin
  insert into cx.records_stage select (v_row).*;
  update cx.records_stage s set run = v_run where s.run = v_row.run and s.source_row = v_row.source_row;
  select k.person is not null, coalesce(k.person, v_row.candidate) into v_known, v_person
  from (select 1) one left join cx.people_key k on k.id_hmac = v_row.hmac;
  select r.record, r.round, e.to_state, v.lapsed into v_last
  from (select 1) one
  left join lateral (
    select x.record, x.round from cx.records_record x
    where x.person = v_person and x.item = p_batch.item and x.authority = v_row.authority and x.doc_no = v_row.doc_no
    order by x.round desc limit 1) r on true
  left join lateral (
    select x.to_state from cx.records_event x where x.person = v_person and x.record = r.record order by x.seq desc limit 1) e on true
  left join lateral (
    select exists (select from cx.intake_batch o where o.batch = x.batch and (o.opened_at < cx.intake_lapsed_before_v1() or cx.intake_cancelled_v1(o.batch))
                   and not exists (select from cx.records_batch b where b.batch = x.batch)) as lapsed
    from cx.records_version x where x.person = v_person and x.record = r.record and x.version = 1) v on true;
  if p_batch.kind in ('report', 'legacy') then
    if v_last.record is not null and v_last.to_state not in ('WITHDRAWN', 'REPAIRED') and not v_last.lapsed then
      perform cx.refuse_v1('INTAKE-37');
    end if;
    -- What was moved to somebody else comes back only by the two persons who move records (RECORD-17).
    if exists (select from cx.records_moved_v1(v_person, p_batch.item, v_row.authority, v_row.doc_no)) then perform cx.refuse_v1('RECORD-17'); end if;
    if p_held.reason <> 'removed' and (select m from cx.intake_removed_v1(v_person, v_row.doc_no, v_row.fingerprint) m) then
      perform cx.refuse_v1('INTAKE-44');
    end if;
  else
    if v_last.record is null then perform cx.refuse_v1('INTAKE-39'); end if;
    if v_last.to_state not in ('PROPOSED', 'SERVED', 'EFFECTIVE') then perform cx.refuse_v1('INTAKE-42'); end if;
  end if;
  if p_batch.kind <> 'withdraw' then perform cx.records_bounds_v1(v_run, array[v_row.source_row], p_batch.item); end if;
  perform cx.intake_write_v1(p_token, 'intake.certify', '', v_run, p_batch.batch, p_batch.kind, p_batch.item, p_batch.item_version,
    p_batch.organisation, p_key_version, array[v_row.source_row], array[v_person], array[v_known], array[v_last.record],
    array[coalesce(v_last.round, 0) + 1]);
  if v_row.fixes_batch is not null then
    -- What it was sent again for is done with it.
    perform cx.intake_keyed_v1(p_batch.batch, array[v_row.source_row], array[v_row.fixes_batch], array[v_row.fixes_row],
      array[true]);
  end if;
  delete from cx.records_stage s where s.run = v_run;
  perform cx.ledger_emit_v1(array['00000000-0000-0000-0000-000000000000'::uuid], 'intake.closed',
    array[jsonb_build_object('batch', p_batch.batch)]);
end $$;

-- Decides about a held row (核证) by name and with reasons: released, it goes in under the certifying officer's own act;
-- refused, it stays out. INTAKE-64: the officer has to stay out of it. INTAKE-65: decided before, or no such row. A key that
-- two rows want is told by its name alone, as in intake_admit_v1.
create function cx.intake_decide_v1(p_token bytea, p_act uuid, p_batch uuid, p_row integer, p_outcome text, p_reasons text,
  p_key_version integer) returns void
language plpgsql volatile security definer set search_path = pg_catalog, cx, pg_temp as $$
declare v_held cx.intake_held; v_batch cx.intake_batch; v_session cx.ledger_session_row_v1; v_rule text;
begin
  perform cx.ledger_duty_v1(p_token, 'intake.certify');
  select s.* into v_session from cx.ledger_session_v1(p_token) s;
  perform cx.intake_alone_v1(b.organisation, array[p_batch], array[p_row]) from cx.intake_batch b where b.batch = p_batch;
  select b.* into v_batch from cx.intake_batch b join cx.intake_receipt c on c.batch = b.batch where b.batch = p_batch;
  select h.* into v_held from cx.intake_held h where h.batch = p_batch and h.source_row = p_row;
  if v_batch.batch is null or v_held.batch is null or p_outcome in ('released', 'refused') is not true or exists (
    select from cx.intake_decision d where d.person = v_held.person and d.batch = p_batch and d.source_row = p_row)
    -- Its department put it right: in a batch that is not closed yet, nobody is waited for any more all the same.
    or exists (select from cx.intake_fixed x where x.batch = p_batch and x.source_row = p_row and cx.intake_counts_v1(x.by_batch)) then
    perform cx.refuse_v1('INTAKE-65');
  end if;
  if cx.intake_partial_v1(v_session, v_batch, v_held) then perform cx.refuse_v1('INTAKE-64'); end if;
  perform cx.ledger_act_v1(p_token, array[v_held.person], array[p_act], 'intake.certify', '');
  insert into cx.intake_decision values (v_held.person, p_batch, p_row, p_act, p_outcome, p_reasons, cx.ledger_today_v1());
  delete from cx.intake_waiting w where w.person = v_held.person and w.batch = p_batch and w.source_row = p_row;
  if p_outcome = 'released' then perform cx.intake_release_v1(p_token, v_batch, v_held, p_key_version); end if;
exception when integrity_constraint_violation then
  get stacked diagnostics v_rule = constraint_name;
  perform cx.refuse_v1(v_rule);
end $$;
grant execute on function cx.intake_decide_v1(bytea, uuid, uuid, integer, text, text, integer) to web;

create type cx.intake_quality_v1 as (organisation text, organisation_name text, item text, month date, batches integer,
  total integer, accepted integer, refused integer, held integer, first_pass integer, again integer, on_time integer, last_on date);
-- Quality by department, item and month (数据质量): p_all needs the duty that sees all departments; else the own one.
create function cx.intake_quality_v1(p_token bytea, p_all boolean, p_from date) returns setof cx.intake_quality_v1
language sql volatile security definer
begin atomic
  select cx.ledger_duty_v1(p_token, case when p_all then 'intake.quality_all' else 'intake.receipts' end);
  select b.organisation, coalesce(o.name, b.organisation), b.item,
    date_trunc('month', c.on_date)::date, count(*)::integer, sum(c.total)::integer,
    sum(c.accepted)::integer, sum(c.refused)::integer, sum(c.held)::integer, sum(c.first_pass)::integer, sum(c.again)::integer, sum(c.on_time)::integer,
    max(c.on_date)
  from cx.ledger_session_v1(p_token) s
  join cx.intake_batch b on p_all or b.organisation = s.organisation
  join cx.intake_receipt c on c.batch = b.batch
  left join cx.people_organisation o on o.code = b.organisation
  where b.kind = 'report' and c.on_date >= p_from
  group by 1, 2, 3, 4 order by 1, 3, 4;
end;
grant execute on function cx.intake_quality_v1(bytea, boolean, date) to web;

create type cx.intake_backlog_v1 as (organisation text, organisation_name text, item text, reason text, rows integer, oldest date,
  overdue integer);
-- Held rows that nobody has decided, by department and item (待核积压).
create function cx.intake_backlog_v1(p_token bytea, p_all boolean) returns setof cx.intake_backlog_v1
language sql volatile security definer
begin atomic
  select cx.ledger_duty_v1(p_token, case when p_all then 'intake.quality_all' else 'intake.receipts' end);
  select b.organisation, coalesce(o.name, b.organisation), b.item, h.reason, count(*)::integer,
    min(c.on_date),
    count(*) filter (where h.due_on < cx.ledger_today_v1())::integer
  from cx.ledger_session_v1(p_token) s
  cross join cx.intake_waiting w
  join cx.intake_batch b on b.batch = w.batch and (p_all or b.organisation = s.organisation)
  join cx.intake_receipt c on c.batch = b.batch
  join cx.intake_held h on h.person = w.person and h.batch = w.batch and h.source_row = w.source_row
  left join cx.people_organisation o on o.code = b.organisation
  where not exists (select from cx.intake_decision d
                    where d.person = h.person and d.batch = h.batch and d.source_row = h.source_row)
  group by 1, 2, 3, 4 order by 5 desc, 1, 3;
end;
grant execute on function cx.intake_backlog_v1(bytea, boolean) to web;
