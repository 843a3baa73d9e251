-- The judgement of the store (入库判断): what needs to know what is there already. Set-wise; one call takes one chunk of a file.

-- Whether such a record of this person was withdrawn or repaired (曾经撤销或修复): by the records themselves, whatever item or
-- authority and whatever spelling the document is sent under now; and by the fingerprint, which outlives them. One row: a
-- set, so that the planner puts it into the judgement instead of calling it for each row (127 µs). Internal.
create function cx.intake_removed_v1(p_person uuid, p_doc_no text, p_fingerprint bytea) returns setof boolean
language sql stable
begin atomic
  select exists (select from cx.records_removed d where d.fingerprint = p_fingerprint) or exists (
    -- Written as a subquery that stays one (offset 0): most persons have nothing that was removed, and nothing is folded.
    select from (
      select x.doc_no from cx.records_event e
      join cx.records_record x on x.person = e.person and x.record = e.record
      where e.person = p_person and e.to_state in ('WITHDRAWN', 'REPAIRED') offset 0) gone
    where cx.records_folded_v1(gone.doc_no) = cx.records_folded_v1(p_doc_no));
end;

-- The moment before which a batch must have been opened to be past closing (批次失效): what an unclosed one brought then
-- exists for nobody for ever, and keeps nobody out. Internal.
create function cx.intake_lapsed_before_v1() returns timestamptz
language sql stable
return statement_timestamp() - make_interval(days => coalesce(cx.catalog_parameter_v1('batch_open', '', cx.ledger_today_v1()), 0));

-- Whether its department took a batch back (已取消). Internal.
create function cx.intake_cancelled_v1(p_batch uuid) returns boolean language sql stable
return exists (select from cx.intake_cancel c where c.batch = p_batch);

-- Whether what a batch did to rows of others counts (算数): it is closed, or can still be. What a batch past closing put
-- right was not put right. Internal.
create function cx.intake_counts_v1(p_batch uuid) returns boolean language sql stable
return exists (select from cx.intake_receipt c where c.batch = p_batch)
  or exists (select from cx.intake_batch b where b.batch = p_batch and b.opened_at >= cx.intake_lapsed_before_v1())
    and not cx.intake_cancelled_v1(p_batch);

-- Whose file holds this determination, where it is not that of the number itself: another file of the same human (档案合并), or,
-- for what is withdrawn, the person it was moved to (信息归属更正). Most persons have neither; a set, so that the planner puts it
-- into the judgement. Internal.
create function cx.intake_elsewhere_v1(p_person uuid, p_kind text, p_item text, p_authority text, p_doc_no text)
returns table (person uuid) language sql stable
begin atomic
  select e.person from (
    select l.other as person from cx.people_link l
    join cx.records_record r on r.person = l.other and r.item = p_item and r.authority = p_authority and r.doc_no = p_doc_no
    where l.person = p_person and l.joined and not exists (
      select from cx.people_link n where n.person = l.person and n.other = l.other and n.seq = l.seq + 1)
    union all
    select m.other_person from cx.records_move m
    join cx.records_record r on r.person = m.person and r.record = m.record
    where p_kind = 'withdraw' and m.person = p_person and m.way = 'out'
      and r.item = p_item and r.authority = p_authority and r.doc_no = p_doc_no and not exists (
        select from cx.records_record n where n.person = r.person and n.item = r.item and n.authority = r.authority
          and n.doc_no = r.doc_no and n.round > r.round)) e
  order by e.person limit 1;
end;

create type cx.intake_judged_v1 as (source_row integer, person uuid, known boolean, outcome text, record uuid, round integer,
  fixes_batch uuid, fixes_row integer);

-- Whether an organisation answers for what a source once sent: its own, or that of one that has ended and that it succeeds
-- (承接单位). Internal.
create function cx.intake_own_v1(p_source text, p_organisation text) returns boolean language sql stable
return case when p_source = p_organisation then true else cx.people_answers_v1(p_source) = p_organisation end is true;

-- Whether a human took a held row in as it came: nobody puts it right any more. Internal.
create function cx.intake_released_v1(p_batch uuid, p_row integer) returns boolean language sql stable
return exists (
  select from cx.intake_held h join cx.intake_decision d on d.person = h.person and d.batch = h.batch and d.source_row = h.source_row
  where h.batch = p_batch and h.source_row = p_row and d.outcome = 'released');

-- Judges staged rows that no earlier call judged. Persons are found by blind index; a new person gets the first candidate
-- named for its number. Internal.
--   accepted: goes in.  unchanged: there already, word for word.  conflict: there with other content (INTAKE-37).
--   pending: in another batch of the same source that is not done (INTAKE-38).  missing, disputed, ended: cannot be corrected
--   or withdrawn (INTAKE-39, 41, 42); another source's record is missing to whoever asks.  stray: puts right a row that needs
--   it no more (INTAKE-45).
--   other_source, other_name, removed: held for a human (INTAKE-40, 43, 44), and the person reads that it was sent.
--   no_match, unknown: so said the population database (INTAKE-67, 68); held as well. What is there word for word is not
--   asked about twice.
-- What is looked up for each row is looked up by its key (offset 0): statistics say that a batch under way has no rows yet.
create function cx.intake_judge_v1(p_batch uuid, p_kind text, p_item text, p_organisation text, p_run uuid, p_from integer,
  p_to integer) returns setof cx.intake_judged_v1 language sql stable
begin atomic
  with today as materialized (select cx.ledger_today_v1() as day, cx.intake_lapsed_before_v1() as lapsed),
  staged as materialized (
    select s.source_row, s.pair, s.verified, s.authority, s.doc_no, s.content, s.fingerprint, s.fixes_batch, s.fixes_row,
      coalesce(o.person, k.person) as known, coalesce(o.person, k.person, first_value(s.candidate) over w) as person, coalesce(k.pair_hmac, first_value(s.pair) over w) as right_pair,
      row_number() over (partition by s.fixes_batch, s.fixes_row order by s.source_row) as turn
    from generate_series(p_from, p_to) as n(source_row)
    cross join lateral cx.records_staged_v1(p_run, n.source_row) s
    left join lateral (select x.* from cx.people_key x where x.id_hmac = s.hmac offset 0) k on true
    left join lateral cx.intake_elsewhere_v1(k.person, p_kind, p_item, s.authority, s.doc_no) o on true
    where s.batch = p_batch and not exists (select from cx.intake_admitted m where m.batch = p_batch and m.source_row = s.source_row offset 0)
    window w as (partition by s.hmac order by s.source_row)
  ), found as materialized (
    select g.*, r.record, coalesce(r.round, 0) as round, r.source, v.content_hmac, e.to_state, v.closed, v.lapsed,
      r.record is not null and e.to_state not in ('WITHDRAWN', 'REPAIRED') and not (v.lapsed and v.version = 1) as alive,
      coalesce(least(v.display_end, v.retained_until) <= t.day, false) as over
    from staged g cross join today t
    left join lateral (
      select x.record, x.round, x.source from cx.records_record x
      where x.person = g.known and x.item = p_item and x.authority = g.authority and x.doc_no = g.doc_no
      order by x.round desc limit 1) r on true
    left join lateral (
      select x.version, x.content_hmac, x.display_end, x.retained_until, b.batch is not null as closed,
        b.batch is null and exists (
          select from cx.intake_batch o where o.batch = x.batch and (o.opened_at < t.lapsed or cx.intake_cancelled_v1(o.batch))) as lapsed
      from cx.records_version x left join cx.records_batch b on b.batch = x.batch
      where x.person = g.known and x.record = r.record
      order by x.version desc limit 1) v on true
    left join lateral (
      select x.to_state from cx.records_event x where x.person = g.known and x.record = r.record
      order by x.seq desc limit 1) e on true
  )
  select f.source_row, f.person, f.known is not null,
    case
      when f.fixes_batch is not null and (f.turn > 1 or not exists (
        select from cx.intake_batch b
        join cx.intake_finding i on i.batch = b.batch and i.source_row = f.fixes_row and i.kind in ('error', 'held')
        where b.batch = f.fixes_batch and b.organisation = p_organisation and b.item = p_item
          -- A key is spent once; the row that spent it stands there word for word, and is unchanged when it is read again.
          and (f.alive and f.closed and f.content_hmac = f.content or p_kind = 'withdraw' and f.to_state = 'WITHDRAWN'
            or not exists (select from cx.intake_fixed x where x.batch = b.batch and x.source_row = f.fixes_row and cx.intake_counts_v1(x.by_batch)) and not cx.intake_released_v1(b.batch, f.fixes_row)))) then 'stray'
      when p_kind in ('correct', 'withdraw') and (f.record is null or not cx.intake_own_v1(f.source, p_organisation)) then 'missing'
      when p_kind in ('report', 'legacy') and not f.alive and m.removed then 'removed'
      when f.alive and not cx.intake_own_v1(f.source, p_organisation) then 'other_source'
      when f.right_pair <> f.pair then 'other_name'
      when p_kind = 'withdraw' and f.to_state = 'WITHDRAWN' then 'unchanged'
      when f.alive and not (f.closed or f.lapsed) then 'pending'
      when p_kind in ('correct', 'withdraw') and f.to_state = 'DISPUTED' then 'disputed'
      when p_kind in ('correct', 'withdraw') and (f.over or not (f.alive and f.to_state in ('PROPOSED', 'SERVED', 'EFFECTIVE')))
        then 'ended'
      when p_kind = 'withdraw' then 'accepted'
      when f.alive and f.closed and f.content_hmac = f.content then 'unchanged'
      when f.alive and p_kind <> 'correct' then 'conflict'
      when f.verified in ('no_match', 'unknown') then f.verified
      else 'accepted' end,
    f.record, f.round, f.fixes_batch, f.fixes_row
  from found f cross join lateral cx.intake_removed_v1(f.known, f.doc_no, f.fingerprint) as m(removed);
end;

-- Opens the persons that staged rows bring, once each, and writes the rows (accepted) by their kind. Internal: p_activity is
-- that of whoever answers for it, an officer's batch or a certifying officer.
create function cx.intake_write_v1(p_token bytea, p_activity text, p_case text, p_run uuid, p_batch uuid, p_kind text, p_item text,
  p_version integer, p_source text, p_key_version integer, p_rows integer[], p_persons uuid[], p_known boolean[],
  p_records uuid[], p_rounds integer[]) returns void
language plpgsql volatile security definer set search_path = pg_catalog, cx, pg_temp as $$
declare
  v_acts uuid[]; v_new uuid[]; v_new_acts uuid[]; v_hmacs bytea[]; v_types text[]; v_pairs bytea[]; v_deks bytea[];
  v_identities bytea[]; v_reasons text[];
begin
  select array_agg(gen_random_uuid()) into v_acts from unnest(p_rows);
  perform cx.ledger_act_v1(p_token, p_persons, v_acts, p_activity, p_case);
  if p_kind = 'withdraw' then
    select array_agg(s.reason order by u.ord) into v_reasons
    from unnest(p_rows) with ordinality as u(source_row, ord)
    cross join lateral cx.records_staged_v1(p_run, u.source_row) s;
    perform cx.records_withdraw_v1(p_activity, p_persons, v_acts, p_records, v_reasons);
    return;
  elsif p_kind = 'correct' then
    perform cx.records_correct_v1(p_activity, p_run, p_batch, p_item, p_rows, p_persons, v_acts, p_records);
    return;
  end if;
  select array_agg(n.person), array_agg(n.act), array_agg(n.hmac), array_agg(n.id_type), array_agg(n.pair), array_agg(n.dek),
    array_agg(n.identity)
  into v_new, v_new_acts, v_hmacs, v_types, v_pairs, v_deks, v_identities
  from (
    -- The identity was sealed for its candidate, so the row that brought the candidate brings the vault's row too.
    select distinct on (u.person) u.person, u.act, s.hmac, s.id_type, s.pair, s.dek, s.identity
    from unnest(p_rows, p_persons, v_acts, p_known) as u(source_row, person, act, known)
    join lateral cx.records_staged_v1(p_run, u.source_row) s on s.candidate = u.person
    where not u.known
    order by u.person, u.source_row) n;
  -- Every person that is new is opened, or nothing is: a record without its person could never be told to anybody.
  if coalesce(cardinality(v_new), 0) <> (select count(distinct u.person) from unnest(p_persons, p_known) as u(person, known)
                                         where not u.known) then
    perform cx.refuse_v1('PEOPLE-02');
  end if;
  if v_new is not null then
    perform cx.people_open_v1(v_new, v_new_acts, p_activity, v_hmacs, p_key_version, v_types, v_pairs, v_deks, v_identities);
  end if;
  perform cx.records_admit_v1(p_activity, p_run, p_batch, p_item, p_version, p_source, p_rows, p_persons, v_acts, p_rounds);
end $$;
