-- How records come in, are corrected and are withdrawn: by rows of a file that lie in the stage. Internal: intake calls these
-- with rows it has judged; acts come from there and must be open in this transaction.

-- A row of the stage, by its key and in no other way (offset 0). What lies there comes and goes within seconds, so statistics
-- are always wrong: the planner would read a whole file for each chunk, or join 10,000 rows with 10,000 one by one. Internal.
create function cx.records_staged_v1(p_run uuid, p_row integer) returns setof cx.records_stage
language sql stable
begin atomic
  select s.* from cx.records_stage s where s.run = p_run and s.source_row = p_row offset 0;
end;

-- RECORD-09: no display or retention beyond the dated maximum or already over, whatever the program computed. RECORD-11: the
-- class is one that the item knows. RECORD-12: no other columns than the item's. RECORD-13: the item's bases held on the day of
-- the decision. INTAKE-20: the item is not in force today. What all rows share is asked once, not once for each row.
-- A day plus a period is the last day of the period; the columns name the first day after it (届满次日). What harms counts from
-- the decision; what is granted is shown while it holds, and kept so long after the end that the row states.
create function cx.records_bounds_v1(p_run uuid, p_rows integer[], p_item text) returns boolean
language sql stable security definer
begin atomic
  with m as materialized (
    select t.day as today, i.polarity, i.severity, i.code, i.version, cx.catalog_columns_v1(i.code, i.version) as columns,
      case when i.polarity <> 'adverse' then cx.catalog_role_v1(i.code, i.version, 'valid_until') end as ending,
      cx.catalog_period_v1('display_max', p_item, t.day) as plain,
      cx.catalog_period_v1('display_max_general', p_item, t.day) as general,
      cx.catalog_period_v1('display_max_serious', p_item, t.day) as serious,
      cx.catalog_period_v1('retention', p_item, t.day) as retention
    from (select cx.ledger_today_v1() as day) t
    cross join lateral cx.catalog_in_force_v1(t.day) i where i.code = p_item
  ), judged as materialized (
    select s.decided_on, bool_and(coalesce(s.decided_on <= m.today and s.retained_until > m.today and coalesce(s.display_end > m.today, true)
             and s.retained_until - 1 <= greatest(k.start_on + m.retention,
               case when m.polarity <> 'adverse' then s.display_end - 1 end)
             and (s.display_end is null or (coalesce(s.display_end - 1 <= g.ends_on, true)
               and s.display_end - 1 <= s.decided_on + case s.severity
                    when 'GENERAL' then coalesce(m.general, m.plain) when 'SERIOUS' then coalesce(m.serious, m.plain)
                    when 'NONE' then m.plain end)), false)) as within,
           bool_and(coalesce((s.severity = 'NONE') = (m.polarity <> 'adverse')
             and (m.severity = 'field' or m.severity = s.severity), false)) as fitting,
           bool_and(coalesce(s.plain - m.columns = '{}' and s.doc_no <> '', false)) as known
    from unnest(p_rows) as r(source_row)
    cross join lateral cx.records_staged_v1(p_run, r.source_row) s
    cross join m
    cross join lateral (select cx.catalog_date_v1(s.plain ->> m.ending) as ends_on) g
    cross join lateral (select case when g.ends_on is null then s.decided_on
                                    when g.ends_on <= s.decided_on + m.plain then greatest(g.ends_on, s.decided_on)
                                    else (s.decided_on + m.plain)::date end as start_on) k
    group by s.decided_on
  )
  select case when not exists (select from m) then cx.refuse_v1('INTAKE-20')
              when not coalesce(bool_and(j.within), false) then cx.refuse_v1('RECORD-09')
              when not coalesce(bool_and(j.fitting), false) then cx.refuse_v1('RECORD-11')
              when not coalesce(bool_and(j.known), false) then cx.refuse_v1('RECORD-12')
              when not coalesce(bool_and(cx.catalog_stands_on_v1(m.code, m.version, j.decided_on)), false)
                then cx.refuse_v1('RECORD-13') else true end
  from judged j cross join m;
end;

-- Admits new records with their first version and event. An adverse record is proposed; what nobody loses by counts at once.
create function cx.records_admit_v1(
  p_activity text, p_run uuid, p_batch uuid, p_item text, p_item_version integer, p_source text,
  p_rows integer[], p_persons uuid[], p_acts uuid[], p_rounds integer[]
) returns integer language sql volatile security definer
begin atomic
  select cx.ledger_require_acts_v1(p_persons, p_acts, p_activity);
  select cx.records_bounds_v1(p_run, p_rows, p_item);
  with fresh as materialized (
    select u.person, u.act, u.round, s.*
    from unnest(p_rows, p_persons, p_acts, p_rounds) as u(source_row, person, act, round)
    cross join lateral cx.records_staged_v1(p_run, u.source_row) s
  ), day as materialized (
    select cx.ledger_today_v1() as today, i.polarity = 'adverse' as adverse
    from cx.catalog_in_force_v1(cx.ledger_today_v1()) i where i.code = p_item
  ), record as (
    insert into cx.records_record (person, record, act, item, item_version, authority, authority_name, source, doc_no, round,
      fingerprint)
    select f.person, f.record, f.act, p_item, p_item_version, f.authority, f.authority_name, p_source, f.doc_no, f.round,
      f.fingerprint
    from fresh f
  ), version as (
    insert into cx.records_version (person, record, version, act, batch, source_row, known_at, decided_on, severity, display_end,
      retained_until, plain, sealed, content_hmac)
    select f.person, f.record, 1, f.act, p_batch, f.source_row, statement_timestamp(), f.decided_on, f.severity, f.display_end,
      f.retained_until, f.plain, f.sealed, f.content
    from fresh f
  ), event as (
    insert into cx.records_event (person, record, seq, act, known_at, from_state, to_state, adverse, on_date, effective_on)
    select f.person, f.record, 1, f.act, statement_timestamp(), '', case when d.adverse then 'PROPOSED' else 'EFFECTIVE' end,
      d.adverse, d.today, case when not d.adverse then d.today end
    from fresh f cross join day d returning 1
  )
  -- An item that lapsed between two statements leaves no record without its first step.
  select case when count(*) = cardinality(p_rows) then count(*)::integer else case when cx.refuse_v1('INTAKE-20') then 0 end end
  from event;
end;

-- Corrects (更正): a new version; an adverse record is proposed again, and the person is told again before it counts.
create function cx.records_correct_v1(
  p_activity text, p_run uuid, p_batch uuid, p_item text, p_rows integer[], p_persons uuid[], p_acts uuid[], p_records uuid[]
) returns integer language plpgsql volatile security definer set search_path = pg_catalog, cx, pg_temp as $$
declare v_seqs integer[]; v_to text[];
begin
  perform cx.ledger_require_acts_v1(p_persons, p_acts, p_activity);
  perform cx.records_bounds_v1(p_run, p_rows, p_item);
  select array_agg(e.seq + 1 order by u.ord), array_agg(case when e.adverse then 'PROPOSED' else 'EFFECTIVE' end order by u.ord)
  into v_seqs, v_to
  from unnest(p_persons, p_records) with ordinality as u(person, record, ord)
  join lateral (select l.seq, l.adverse from cx.records_event l where l.person = u.person and l.record = u.record
                order by l.seq desc limit 1) e on true;
  insert into cx.records_version (person, record, version, act, batch, source_row, known_at, decided_on, severity, display_end,
    retained_until, plain, sealed, content_hmac)
  select u.person, u.record, v.version + 1, u.act, p_batch, s.source_row, statement_timestamp(), s.decided_on, s.severity,
    s.display_end, s.retained_until, s.plain, s.sealed, s.content
  from unnest(p_rows, p_persons, p_acts, p_records) as u(source_row, person, act, record)
  cross join lateral cx.records_staged_v1(p_run, u.source_row) s
  join lateral (select w.version from cx.records_version w where w.person = u.person and w.record = u.record
                order by w.version desc limit 1) v on true;
  return cx.records_step_v1(p_activity, p_persons, p_records, p_acts, v_seqs, v_to, null, null, null, null, null);
end $$;

-- Withdraws (撤回): the determination fell, or was reported by mistake. All use ends in this transaction.
create function cx.records_withdraw_v1(
  p_activity text, p_persons uuid[], p_acts uuid[], p_records uuid[], p_reasons text[]
) returns integer language plpgsql volatile security definer set search_path = pg_catalog, cx, pg_temp as $$
declare v_seqs integer[];
begin
  select array_agg(e.seq + 1 order by u.ord) into v_seqs
  from unnest(p_persons, p_records) with ordinality as u(person, record, ord)
  join lateral (select l.seq from cx.records_event l where l.person = u.person and l.record = u.record
                order by l.seq desc limit 1) e on true;
  return cx.records_step_v1(p_activity, p_persons, p_records, p_acts, v_seqs,
    array_fill('WITHDRAWN'::text, array[cardinality(p_acts)]), null, null, null, null, p_reasons);
end $$;
