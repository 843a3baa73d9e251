-- A batch from its opening to its receipt: opened by an officer, taken in by chunks, closed.

-- Opens a batch, or answers the one that the same organisation left open for the same file: a reading that was killed
-- goes on where it stopped. INTAKE-20: the item is not in force today. INTAKE-66: the organisation does not report it. What
-- was reported can be withdrawn all the same: a determination that fell does not wait until its item is lawful again.
create function cx.intake_open_v1(p_batch uuid, p_act uuid, p_item text, p_version integer, p_kind text, p_channel text,
  p_digest bytea, p_form text, p_declared integer) returns uuid language sql volatile security definer
begin atomic
  select cx.ledger_open_v1();
  select cx.ledger_require_acts_v1(array['00000000-0000-0000-0000-000000000000'::uuid], array[p_act], 'intake.open');
  -- One opening of an organisation at a time: two readings of one file in the same moment find one batch, not two.
  select o.code from cx.people_organisation o join cx.ledger_register r on r.organisation = o.code
  where r.person = '00000000-0000-0000-0000-000000000000' and r.id = p_act for no key update of o;
  with asking as (
    select r.organisation from cx.ledger_register r
    where r.person = '00000000-0000-0000-0000-000000000000' and r.id = p_act
  ), lawful as (
    select i.code from cx.catalog_item i where p_kind = 'withdraw' and i.code = p_item and i.version = p_version
    union all
    select i.code from asking k join cx.catalog_in_force_v1(cx.ledger_today_v1()) i on i.code = p_item and i.version = p_version
    where p_kind <> 'withdraw'
      and case when cx.catalog_provides_v1(i.code, i.version, k.organisation) then true else cx.refuse_v1('INTAKE-66') end
  ), left_open as (
    -- Rows that are still to come are judged by the item as it stands now.
    update cx.intake_batch b set item_version = p_version
    from asking k cross join lawful
    where b.organisation = k.organisation and b.item = p_item and b.kind = p_kind and b.file_digest = p_digest
      and b.opened_at >= cx.intake_lapsed_before_v1() and not cx.intake_cancelled_v1(b.batch)
      and not exists (select from cx.intake_receipt c where c.batch = b.batch)
    returning b.batch
  ), written as (
    insert into cx.intake_batch (batch, act, item, item_version, kind, channel, organisation, file_digest, form, declared, opened_at)
    select p_batch, p_act, p_item, p_version, p_kind, p_channel, k.organisation, p_digest, p_form, p_declared, statement_timestamp()
    from asking k cross join lawful
    where not exists (select from left_open)
    returning batch)
  select coalesce((select l.batch from left_open l order by l.batch limit 1), (select w.batch from written w),
                  case when cx.refuse_v1('INTAKE-20') then p_batch end);
end;
grant execute on function cx.intake_open_v1(uuid, uuid, text, integer, text, text, bytea, text, integer) to web, worker;

-- Rows that come and go together with these (同一行的各次报送): those they were sent again for, and those sent again for them.
create function cx.intake_kin_v1(p_batches uuid[], p_rows integer[], p_by integer[])
returns table (batch uuid, source_row integer, by_row integer) language sql stable
begin atomic
  with recursive kin as (
    select u.batch, u.source_row, u.by_row from unnest(p_batches, p_rows, p_by) as u(batch, source_row, by_row)
    union
    select n.batch, n.source_row, k.by_row from kin k cross join lateral (
      select t.of_batch, t.of_row from cx.intake_retry t where t.batch = k.batch and t.source_row = k.source_row
      union all
      select t.batch, t.source_row from cx.intake_retry t where t.of_batch = k.batch and t.of_row = k.source_row
    ) n(batch, source_row))
  select distinct on (k.batch, k.source_row) k.batch, k.source_row, k.by_row from kin k order by k.batch, k.source_row, k.by_row;
end;

-- Notes what rows with hidden keys became: what they put right is done, in whatever batch it came back; what came back
-- again is tied to what it was sent for. A row that is read once more may be refused no longer. Internal.
create function cx.intake_keyed_v1(p_batch uuid, p_rows integer[], p_of_batches uuid[], p_of_rows integer[], p_done boolean[])
returns void language sql volatile
begin atomic
  insert into cx.intake_retry
  select p_batch, u.source_row, u.of_batch, u.of_row
  from unnest(p_rows, p_of_batches, p_of_rows, p_done) as u(source_row, of_batch, of_row, done)
  join cx.intake_batch o on o.batch = u.of_batch
  join cx.intake_batch b on b.batch = p_batch and b.organisation = o.organisation and b.item = o.item
  where not u.done and exists (
    select from cx.intake_finding f where f.batch = u.of_batch and f.source_row = u.of_row and f.kind in ('error', 'held'))
  on conflict do nothing;
  delete from cx.intake_retry t using unnest(p_rows, p_done) as u(source_row, done)
  where u.done and t.batch = p_batch and t.source_row = u.source_row;
  with done as (
    select array_agg(u.of_batch) as batches, array_agg(u.of_row) as rows, array_agg(u.source_row) as by_rows
    from unnest(p_rows, p_of_batches, p_of_rows, p_done) as u(source_row, of_batch, of_row, done) where u.done
  )
  insert into cx.intake_fixed as f
  select k.batch, k.source_row, p_batch, k.by_row from done d cross join lateral cx.intake_kin_v1(d.batches, d.rows, d.by_rows) k
  on conflict (batch, source_row) do update set by_batch = excluded.by_batch, by_row = excluded.by_row
  where not cx.intake_counts_v1(f.by_batch);
end;

-- Holds staged rows for a human (待核): each is an act at its person, who reads that it was sent. Internal.
create function cx.intake_hold_v1(p_token bytea, p_batch cx.intake_batch, p_run uuid, p_rows integer[], p_persons uuid[],
  p_reasons text[]) returns void
language plpgsql volatile security definer set search_path = pg_catalog, cx, pg_temp as $$
declare v_acts uuid[];
begin
  select array_agg(gen_random_uuid()) into v_acts from unnest(p_rows);
  perform cx.ledger_act_v1(p_token, p_persons, v_acts, 'intake.hold', '');
  insert into cx.intake_held (person, batch, source_row, act, reason, due_on, row)
  select u.person, p_batch.batch, u.source_row, u.act, u.reason,
    cx.ledger_today_v1() + coalesce(cx.catalog_parameter_v1('held_decide', p_batch.item, cx.ledger_today_v1()), 0), s
  from unnest(p_rows, p_persons, v_acts, p_reasons) as u(source_row, person, act, reason)
  cross join lateral cx.records_staged_v1(p_run, u.source_row) s;
  insert into cx.intake_waiting
  select h.person, h.batch, h.source_row, h.due_on
  from unnest(p_rows, p_persons) as u(source_row, person)
  join cx.intake_held h on h.person = u.person and h.batch = p_batch.batch and h.source_row = u.source_row;
end $$;

-- Held rows for which nobody waits any more once this batch is closed (由后来的报送代替): the department put them right, or
-- sent them again and the later one waits. Not before: a batch that is never closed takes nothing off the list. Internal.
create function cx.intake_replace_v1(p_batch cx.intake_batch) returns void language sql volatile
begin atomic
  with done as (
  insert into cx.intake_decision
  select h.person, h.batch, h.source_row, h.act, 'replaced', '', cx.ledger_today_v1()
  from cx.intake_fixed f join cx.intake_held h on h.batch = f.batch and h.source_row = f.source_row
  where f.by_batch = (p_batch).batch
  union
  select o.person, o.batch, o.source_row, o.act, 'replaced', '', cx.ledger_today_v1()
  from cx.intake_held h
  join cx.intake_held o on o.person = h.person and o.batch <> h.batch
    and ((o.row).fingerprint, (o.row).authority) = ((h.row).fingerprint, (h.row).authority)
  join cx.intake_batch b on b.batch = o.batch
    and (b.organisation, b.item, b.kind) = ((p_batch).organisation, (p_batch).item, (p_batch).kind)
  where h.batch = (p_batch).batch and exists (select from cx.intake_receipt c where c.batch = o.batch)
  on conflict do nothing returning person, batch, source_row)
  delete from cx.intake_waiting w using done d
  where w.person = d.person and w.batch = d.batch and w.source_row = d.source_row;
end;

-- Holds the batches of these rows and those in which they came back, of one organisation. So a form, a workbook and a release that
-- take the same row in at the same moment are judged one after the other. In one order, or two wait for each other for ever. Internal.
create function cx.intake_alone_v1(p_organisation text, p_batches uuid[], p_rows integer[]) returns void language sql volatile
begin atomic
  select b.batch from cx.intake_batch b
  where b.organisation = p_organisation
    and b.batch in (select k.batch from cx.intake_kin_v1(p_batches, p_rows, array_fill(0, array[cardinality(p_rows)])) k)
  order by b.batch for update;
end;

-- Judges and takes in the staged rows p_from to p_to in one transaction. The caller never learns a person key, and learns what
-- the store said only once it is committed (intake_outcomes_v1). A row that an earlier call judged keeps its answer.
-- INTAKE-32: no such open batch of this organisation, or it was left open too long. Internal: the door below calls it.
create function cx.intake_take_in_v1(p_token bytea, p_batch uuid, p_run uuid, p_key_version integer, p_from integer, p_to integer)
returns void language plpgsql volatile security definer set search_path = pg_catalog, cx, pg_temp as $$
declare
  v_batch cx.intake_batch; v_activity text; v_rows integer[]; v_persons uuid[]; v_known boolean[]; v_records uuid[];
  v_rounds integer[]; v_held integer[]; v_held_persons uuid[]; v_held_reasons text[];
  v_keyed integer[]; v_of_batches uuid[]; v_of_rows integer[]; v_done boolean[];
begin
  perform cx.intake_alone_v1((select s.organisation from cx.ledger_session_v1(p_token) s), array_agg(t.fixes_batch) || p_batch,
    array_agg(t.fixes_row) || 0)
  from cx.records_stage t
  where t.run = p_run and t.batch = p_batch and t.source_row between p_from and p_to and t.fixes_batch is not null;
  -- The batch is open and belongs to the organisation of this session; one call at a time.
  select b.* into v_batch from cx.intake_batch b, cx.ledger_session_v1(p_token) s
  where b.batch = p_batch and b.organisation = s.organisation and b.opened_at >= cx.intake_lapsed_before_v1() for update of b;
  -- Asked once the lock is held: a close that was waited for is seen by this second statement only.
  if v_batch.batch is null or cx.intake_cancelled_v1(p_batch) or exists (select from cx.intake_receipt c where c.batch = p_batch) then
    perform cx.refuse_v1('INTAKE-32');
  end if;
  v_activity := case v_batch.kind when 'correct' then 'records.correct' when 'withdraw' then 'records.withdraw'
                                  else 'records.admit' end;
  perform cx.ledger_duty_v1(p_token, v_activity);
  -- Every row is bounded before the store is asked about any: what is refused tells nothing about who is known.
  if v_batch.kind <> 'withdraw' then
    perform cx.records_bounds_v1(p_run, array(
      select s.source_row from cx.records_stage s
      where s.run = p_run and s.batch = p_batch and s.source_row between p_from and p_to order by s.source_row), v_batch.item);
  end if;

  with judged as materialized (
    select j.* from cx.intake_judge_v1(p_batch, v_batch.kind, v_batch.item, v_batch.organisation, p_run, p_from, p_to) j
  ), noted as (
    insert into cx.intake_admitted (batch, source_row, outcome) select p_batch, j.source_row, j.outcome from judged j
  )
  select array_agg(j.source_row) filter (where j.outcome = 'accepted'), array_agg(j.person) filter (where j.outcome = 'accepted'),
    array_agg(j.known) filter (where j.outcome = 'accepted'), array_agg(j.record) filter (where j.outcome = 'accepted'),
    array_agg(j.round + 1) filter (where j.outcome = 'accepted'),
    array_agg(j.source_row) filter (where j.outcome in ('other_source', 'other_name', 'removed', 'no_match', 'unknown')),
    array_agg(j.person) filter (where j.outcome in ('other_source', 'other_name', 'removed', 'no_match', 'unknown')),
    array_agg(j.outcome) filter (where j.outcome in ('other_source', 'other_name', 'removed', 'no_match', 'unknown')),
    array_agg(j.source_row) filter (where j.keyed), array_agg(j.fixes_batch) filter (where j.keyed),
    array_agg(j.fixes_row) filter (where j.keyed), array_agg(j.outcome in ('accepted', 'unchanged')) filter (where j.keyed)
  into v_rows, v_persons, v_known, v_records, v_rounds, v_held, v_held_persons, v_held_reasons, v_keyed, v_of_batches, v_of_rows, v_done
  from (select j.*, j.fixes_batch is not null and j.outcome <> 'stray' as keyed from judged j) j;

  if v_keyed is not null then perform cx.intake_keyed_v1(p_batch, v_keyed, v_of_batches, v_of_rows, v_done); end if;
  if v_rows is not null then
    perform cx.intake_write_v1(p_token, v_activity, '', p_run, p_batch, v_batch.kind, v_batch.item, v_batch.item_version,
      v_batch.organisation, p_key_version, v_rows, v_persons, v_known, v_records, v_rounds);
  end if;
  if v_held is not null then
    perform cx.intake_hold_v1(p_token, v_batch, p_run, v_held, v_held_persons, v_held_reasons);
  end if;
  delete from cx.records_stage s where s.run = p_run and s.source_row between p_from and p_to;
end $$;

-- The same as a door. A key that two rows want is told by its name alone: the detail of an error would hold a person key.
create function cx.intake_admit_v1(p_token bytea, p_batch uuid, p_run uuid, p_key_version integer, p_from integer, p_to integer)
returns void language plpgsql volatile security definer set search_path = pg_catalog, cx, pg_temp as $$
declare v_rule text;
begin
  perform cx.intake_take_in_v1(p_token, p_batch, p_run, p_key_version, p_from, p_to);
exception when integrity_constraint_violation then
  get stacked diagnostics v_rule = constraint_name;
  perform cx.refuse_v1(v_rule);
end $$;
grant execute on function cx.intake_admit_v1(bytea, uuid, uuid, integer, integer, integer) to web, worker;

create type cx.intake_outcome_v1 as (source_row integer, outcome text);
-- What the store said of these rows, beyond "accepted", once the admission is committed: one that is rolled back tells nothing.
-- Also of p_refused, accepted or not: what the rules passed when the file was read before keeps the answer it got then, on
-- whatever day and by whatever version of the item it is read again.
create function cx.intake_outcomes_v1(p_token bytea, p_batch uuid, p_from integer, p_to integer, p_refused integer[])
returns setof cx.intake_outcome_v1 language sql volatile security definer
begin atomic
  select cx.ledger_duty_v1(p_token, 'records.admit');
  select m.source_row, m.outcome
  from cx.ledger_session_v1(p_token) s
  join cx.intake_batch b on b.batch = p_batch and b.organisation = s.organisation
  join cx.intake_admitted m on m.batch = b.batch and m.source_row between p_from and p_to
  where (m.outcome <> 'accepted' or m.source_row = any (p_refused)) and m.xid is distinct from pg_current_xact_id_if_assigned()
  order by m.source_row;
end;
grant execute on function cx.intake_outcomes_v1(bytea, uuid, integer, integer, integer[]) to web, worker;

-- Keeps what was found in rows p_from to p_to of an open batch, which were sent again for others (p_again), and how far it is.
-- Read again after a kill, a row has what is found now: another day may have another answer.
create function cx.intake_found_v1(p_token bytea, p_batch uuid, p_from integer, p_to integer, p_judged integer, p_rows integer[],
  p_positions integer[], p_kinds text[], p_fields text[], p_codes text[], p_messages text[], p_again integer[],
  p_of_batches uuid[], p_of_rows integer[])
returns void
language sql volatile security definer
begin atomic
  select cx.ledger_duty_v1(p_token, 'records.admit');
  select case when exists (
    select from cx.intake_batch b join cx.ledger_session_v1(p_token) s on s.organisation = b.organisation
    where b.batch = p_batch and not cx.intake_cancelled_v1(p_batch)
      and not exists (select from cx.intake_receipt c where c.batch = b.batch))
    then true else cx.refuse_v1('INTAKE-32') end;
  delete from cx.intake_finding f where f.batch = p_batch and f.source_row between p_from and p_to;
  insert into cx.intake_finding
  select p_batch, f.source_row, f.position::smallint, f.kind, f.field, f.code, f.message
  from unnest(p_rows, p_positions, p_kinds, p_fields, p_codes, p_messages) as f(source_row, position, kind, field, code, message)
  where f.source_row between p_from and p_to;
  select cx.intake_keyed_v1(p_batch, p_again, p_of_batches, p_of_rows, array_fill(false, array[cardinality(p_again)]));
  insert into cx.intake_progress as p values (p_batch, p_judged, statement_timestamp())
  on conflict (batch) do update set judged = excluded.judged, at = excluded.at;
end;
grant execute on function cx.intake_found_v1(bytea, uuid, integer, integer, integer, integer[], integer[], text[], text[], text[],
  text[], integer[], uuid[], integer[]) to web, worker;

-- Closes the batch: from now on its rows exist. What was accepted, unchanged and held is what the store judged, not what the
-- caller says; all rows together are those declared at the opening (INTAKE-31).
create function cx.intake_close_v1(p_batch uuid, p_act uuid, p_refused integer, p_ignored integer, p_on_time integer)
returns void language sql volatile security definer
begin atomic
  select cx.ledger_require_acts_v1(array['00000000-0000-0000-0000-000000000000'::uuid], array[p_act], 'intake.close');
  select case when exists (
    select from cx.intake_batch b join cx.ledger_register r on r.person = '00000000-0000-0000-0000-000000000000'
      and r.id = p_act and r.organisation = b.organisation
    where b.batch = p_batch and b.opened_at >= cx.intake_lapsed_before_v1())
    then true else cx.refuse_v1('INTAKE-32') end;
  -- No chunk is under way while the rows are counted, and a batch is closed once.
  select b.batch from cx.intake_batch b where b.batch = p_batch for update;
  select case when cx.intake_cancelled_v1(p_batch) or exists (select from cx.intake_receipt c where c.batch = p_batch)
              then cx.refuse_v1('INTAKE-32') end;
  with counted as materialized (
    select count(*) filter (where m.outcome = 'accepted')::integer as accepted,
      count(*) filter (where m.outcome = 'unchanged')::integer as unchanged,
      count(*) filter (where m.outcome in ('other_source', 'other_name', 'removed', 'no_match', 'unknown'))::integer as held,
      count(*) filter (where m.outcome not in ('accepted', 'unchanged', 'other_source', 'other_name', 'removed', 'no_match', 'unknown'))::integer as turned_away
    from cx.intake_admitted m where m.batch = p_batch
  ), judged as (
    select case when p_refused >= n.turned_away and b.declared = n.accepted + n.unchanged + n.held + p_refused
                then n.accepted else case when cx.refuse_v1('INTAKE-31') then 0 end end as accepted,
           n.unchanged, n.held
    from counted n cross join cx.intake_batch b where b.batch = p_batch
  )
  insert into cx.intake_receipt (batch, act, closed_at, on_date, total, accepted, refused, held, unchanged, ignored, first_pass,
    again, on_time)
  select p_batch, p_act, statement_timestamp(), cx.ledger_today_v1(), n.accepted + n.unchanged + n.held + p_refused, n.accepted, p_refused, n.held,
    n.unchanged, p_ignored,
    n.accepted - (select count(distinct f.by_row) from cx.intake_fixed f join cx.intake_admitted m on m.batch = f.by_batch
                  and m.source_row = f.by_row and m.outcome = 'accepted' where f.by_batch = p_batch)::integer,
    least((select count(*) from cx.intake_retry t where t.batch = p_batch)::integer, n.held + p_refused),
    least(p_on_time, n.accepted)
  from judged n;
  insert into cx.records_batch
  select p_batch, p_act, statement_timestamp(),
    case when b.kind = 'legacy' then cx.catalog_parameter_v1('legacy_letters', b.item, cx.ledger_today_v1()) end
  from cx.intake_batch b where b.batch = p_batch;
  select cx.intake_replace_v1(b) from cx.intake_batch b where b.batch = p_batch;
  delete from cx.records_stage s where s.batch = p_batch;
  update cx.intake_upload u set session = null, lease = null where u.batch = p_batch;
  select cx.ledger_emit_v1(array['00000000-0000-0000-0000-000000000000'::uuid], 'intake.closed',
    array[jsonb_build_object('batch', p_batch)]);
end;
grant execute on function cx.intake_close_v1(uuid, uuid, integer, integer, integer) to web, worker;
