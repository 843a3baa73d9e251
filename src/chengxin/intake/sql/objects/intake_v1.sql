-- Intake (报送): a batch is opened by an officer, its judged rows are admitted in chunks, then it is closed.

-- A batch (批次): one file of one organisation under one catalog item.
create table cx.intake_batch (
  batch uuid primary key,
  act uuid not null,
  item text not null,
  item_version integer not null,
  organisation text not null,
  file_digest bytea not null check (length(file_digest) = 32),
  declared integer not null check (declared >= 0),   -- rows of the file, stated before the first was judged
  opened_at timestamptz not null
);
-- Its receipt (回执), written when it is closed: every row is accounted for.
create table cx.intake_receipt (
  batch uuid primary key references cx.intake_batch not deferrable,
  act uuid not null,
  closed_at timestamptz not null,
  total integer not null,
  accepted integer not null,
  refused integer not null,
  held integer not null,
  unchanged integer not null,
  ignored integer not null,
  constraint "INTAKE-31" check (total = accepted + refused + held + unchanged),
  check (least(accepted, refused, held, unchanged, ignored) >= 0)
);
-- Rows that need the store were judged here; the counts of the receipt are checked against them.
create table cx.intake_admitted (
  batch uuid not null,
  source_row integer not null,
  xid xid8 not null default pg_current_xact_id(),
  outcome text not null check (outcome in ('accepted', 'unchanged', 'conflict', 'pending')),
  primary key (batch, source_row)
);

-- Opens a batch, or answers the one that the same organisation left open for the same file: an import that was killed
-- goes on where it stopped. INTAKE-20: the item is not in force today.
create function cx.intake_open_v1(p_batch uuid, p_act uuid, p_item text, p_digest bytea, p_declared integer) returns uuid
language sql volatile security definer
begin atomic
  select cx.ledger_require_acts_v1(array['00000000-0000-0000-0000-000000000000'::uuid], array[p_act], 'intake.open');
  with asking as (
    select r.organisation from cx.ledger_register r
    where r.person = '00000000-0000-0000-0000-000000000000' and r.id = p_act
  ), left_open as (
    select b.batch from cx.intake_batch b join asking k on k.organisation = b.organisation
    where b.item = p_item and b.file_digest = p_digest
      and not exists (select from cx.intake_receipt c where c.batch = b.batch)
  ), written as (
    insert into cx.intake_batch (batch, act, item, item_version, organisation, file_digest, declared, opened_at)
    select p_batch, p_act, i.code, i.version, k.organisation, p_digest, p_declared, statement_timestamp()
    from asking k join cx.catalog_in_force_v1(cx.ledger_today_v1()) i on i.code = p_item
    where not exists (select from left_open)
    returning batch)
  select coalesce((select l.batch from left_open l order by l.batch limit 1), (select w.batch from written w),
                  case when cx.refuse_v1('INTAKE-20') then p_batch end);
end;
grant execute on function cx.intake_open_v1(uuid, uuid, text, bytea, integer) to web, worker;

-- Judges and admits a chunk of rows in one transaction. Persons are found or opened by blind index; the caller never
-- learns a person key, and learns what the store said only once it is committed (intake_outcomes_v1). p_candidates, p_deks,
-- p_identities serve only rows whose person is new. Against the store: same content is 'unchanged', other content
-- 'conflict' (a correction must say so), a record of a batch that is not closed 'pending'. A row that an earlier call
-- judged keeps its answer and is not admitted again.
create function cx.intake_admit_v1(
  p_token bytea, p_batch uuid, p_key_version integer, p_rows integer[], p_hmacs bytea[], p_pairs bytea[], p_types text[],
  p_candidates uuid[], p_deks bytea[], p_identities bytea[], p_records uuid[], p_authorities text[], p_authority_names text[],
  p_doc_nos text[], p_decided date[], p_severities text[], p_display_ends date[], p_retained date[], p_plain jsonb[],
  p_sealed bytea[], p_contents bytea[]
) returns void
language plpgsql volatile security definer set search_path = pg_catalog, cx, pg_temp as $$
declare
  v_batch cx.intake_batch; v_persons uuid[]; v_acts uuid[]; v_rows integer[]; v_records uuid[]; v_authorities text[];
  v_names text[]; v_doc_nos text[]; v_decided date[]; v_severities text[]; v_ends date[]; v_retained date[]; v_plain jsonb[];
  v_sealed bytea[]; v_contents bytea[]; v_new uuid[]; v_new_acts uuid[]; v_hmacs bytea[]; v_types text[]; v_pairs bytea[];
  v_deks bytea[]; v_identities bytea[]; v_fresh integer[];
begin
  perform cx.ledger_duty_v1(p_token, 'records.admit');
  -- The batch is open and belongs to the organisation of this session; one call at a time.
  select b.* into v_batch from cx.intake_batch b, cx.ledger_session_v1(p_token) s
  where b.batch = p_batch and b.organisation = s.organisation
    and not exists (select from cx.intake_receipt c where c.batch = b.batch)
  for update of b;
  if v_batch.batch is null then perform cx.refuse_v1('INTAKE-32'); end if;
  if exists (select from unnest(p_hmacs, p_authorities, p_doc_nos) as d(hmac, authority, doc_no)
             group by d.hmac, d.authority, d.doc_no having count(*) > 1 or d.hmac is null) then
    perform cx.refuse_v1('INTAKE-30');
  end if;

  v_persons := cx.people_resolve_v1(p_hmacs, p_candidates);
  with judged as materialized (
    select a.source_row, case when r.record is null then 'accepted'
                              when not exists (select from cx.records_batch d where d.batch = r.batch) then 'pending'
                              when v.content_hmac = a.content then 'unchanged' else 'conflict' end as outcome
    from unnest(p_rows, v_persons, p_doc_nos, p_authorities, p_contents) as a(source_row, person, doc_no, authority, content)
    left join cx.records_record r on r.person = a.person and r.item = v_batch.item and r.authority = a.authority
      and r.doc_no = a.doc_no
    left join cx.records_version v on v.person = r.person and v.record = r.record
      and not exists (select from cx.records_version w where w.person = v.person and w.record = v.record and w.version = v.version + 1)
    where not exists (select from cx.intake_admitted m where m.batch = p_batch and m.source_row = a.source_row)
  ), noted as (
    insert into cx.intake_admitted (batch, source_row, outcome) select p_batch, j.source_row, j.outcome from judged j
    returning source_row, outcome
  )
  select array_agg(n.source_row) into v_fresh from noted n where n.outcome = 'accepted';
  if v_fresh is null then return; end if;

  -- Arrays are filtered once: a subscript into a packed array costs its length.
  select array_agg(t.person), array_agg(gen_random_uuid()), array_agg(t.source_row), array_agg(t.record), array_agg(t.authority),
    array_agg(t.authority_name), array_agg(t.doc_no), array_agg(t.decided_on), array_agg(t.severity), array_agg(t.display_end),
    array_agg(t.retained_until), array_agg(t.plain), array_agg(t.sealed), array_agg(t.content)
  into v_persons, v_acts, v_rows, v_records, v_authorities, v_names, v_doc_nos, v_decided, v_severities, v_ends, v_retained,
    v_plain, v_sealed, v_contents
  from unnest(p_rows, v_persons, p_records, p_authorities, p_authority_names, p_doc_nos, p_decided, p_severities, p_display_ends,
    p_retained, p_plain, p_sealed, p_contents)
    as t(source_row, person, record, authority, authority_name, doc_no, decided_on, severity, display_end, retained_until,
         plain, sealed, content)
  join unnest(v_fresh) as f(source_row) on f.source_row = t.source_row;

  -- One receipt line per accepted row, then the persons that are new (once each), then the records.
  perform cx.ledger_act_v1(p_token, v_persons, v_acts, 'records.admit', '');
  select array_agg(n.person), array_agg(n.act), array_agg(n.hmac), array_agg(n.id_type), array_agg(n.pair), array_agg(n.dek),
    array_agg(n.identity)
  into v_new, v_new_acts, v_hmacs, v_types, v_pairs, v_deks, v_identities
  from (
    select distinct on (i.hmac) i.hmac, i.id_type, i.pair, i.dek, i.identity, a.person, a.act
    from unnest(p_rows, p_hmacs, p_types, p_pairs, p_deks, p_identities) as i(source_row, hmac, id_type, pair, dek, identity)
    join unnest(v_rows, v_persons, v_acts) as a(source_row, person, act) on a.source_row = i.source_row
    where not exists (select from cx.people_key k where k.id_hmac = i.hmac)
    order by i.hmac, i.source_row) n;
  if v_new is not null then
    perform cx.people_open_v1(v_new, v_new_acts, 'records.admit', v_hmacs, p_key_version, v_types, v_pairs, v_deks, v_identities);
  end if;
  perform cx.records_admit_v1('records.admit', p_batch, v_batch.item, v_batch.item_version, v_batch.organisation, v_persons,
    v_records, v_acts, v_rows, v_authorities, v_names, v_doc_nos, v_decided, v_severities, v_ends, v_retained, v_plain, v_sealed,
    v_contents);
end $$;
grant execute on function cx.intake_admit_v1(bytea, uuid, integer, integer[], bytea[], bytea[], text[], uuid[], bytea[], bytea[],
  uuid[], text[], text[], text[], date[], text[], date[], date[], jsonb[], bytea[], bytea[]) to web, worker;

create type cx.intake_outcome_v1 as (source_row integer, outcome text);
-- What the store said of these rows, once the admission is committed: an admission that is rolled back tells nothing.
create function cx.intake_outcomes_v1(p_token bytea, p_batch uuid, p_rows integer[]) returns setof cx.intake_outcome_v1
language sql volatile security definer
begin atomic
  select cx.ledger_duty_v1(p_token, 'records.admit');
  select m.source_row, m.outcome
  from cx.ledger_session_v1(p_token) s
  join cx.intake_batch b on b.batch = p_batch and b.organisation = s.organisation
  join cx.intake_admitted m on m.batch = b.batch and m.source_row = any (p_rows)
  where m.xid is distinct from pg_current_xact_id_if_assigned()
  order by m.source_row;
end;
grant execute on function cx.intake_outcomes_v1(bytea, uuid, integer[]) to web, worker;

-- Closes the batch: from now on its rows exist. accepted and unchanged are what the store judged, not what the caller says;
-- all rows together are those declared at the opening (INTAKE-31).
create function cx.intake_close_v1(p_batch uuid, p_act uuid, p_refused integer, p_held integer, p_ignored integer)
returns void language sql volatile security definer
begin atomic
  select cx.ledger_require_acts_v1(array['00000000-0000-0000-0000-000000000000'::uuid], array[p_act], 'intake.close');
  select case when exists (
    select from cx.intake_batch b join cx.ledger_register r on r.person = '00000000-0000-0000-0000-000000000000'
      and r.id = p_act and r.organisation = b.organisation where b.batch = p_batch)
    then true else cx.refuse_v1('INTAKE-32') end;
  -- No chunk is under way while the rows are counted.
  select b.batch from cx.intake_batch b where b.batch = p_batch for update;
  select case when exists (
    select from cx.intake_batch b
    cross join (select sum(case when m.outcome in ('accepted', 'unchanged') then 1 else 0 end) as taken,
                       sum(case when m.outcome in ('conflict', 'pending') then 1 else 0 end) as turned_away
                from cx.intake_admitted m where m.batch = p_batch) n
    where b.batch = p_batch and p_refused >= coalesce(n.turned_away, 0)
      and b.declared = coalesce(n.taken, 0) + p_refused + p_held)
    then true else cx.refuse_v1('INTAKE-31') end;
  insert into cx.intake_receipt
  select p_batch, p_act, statement_timestamp(), n.accepted + n.unchanged + p_refused + p_held, n.accepted, p_refused, p_held,
    n.unchanged, p_ignored
  from (select coalesce(sum(case when m.outcome = 'accepted' then 1 else 0 end), 0)::integer as accepted,
               coalesce(sum(case when m.outcome = 'unchanged' then 1 else 0 end), 0)::integer as unchanged
        from cx.intake_admitted m where m.batch = p_batch) n;
  insert into cx.records_batch values (p_batch, p_act, statement_timestamp());
  select cx.ledger_emit_v1(array['00000000-0000-0000-0000-000000000000'::uuid], 'intake.closed',
    array[jsonb_build_object('batch', p_batch)]);
end;
grant execute on function cx.intake_close_v1(uuid, uuid, integer, integer, integer) to web, worker;

create type cx.intake_receipt_v1 as (batch uuid, item text, opened_at timestamptz, closed_at timestamptz, total integer,
  accepted integer, refused integer, held integer, unchanged integer, ignored integer);
-- The officer's own organisation's batches, newest first.
create function cx.intake_receipts_v1(p_token bytea, p_limit integer) returns setof cx.intake_receipt_v1
language sql volatile security definer
begin atomic
  select cx.ledger_duty_v1(p_token, 'intake.receipts');
  select b.batch, b.item, b.opened_at, c.closed_at, c.total, c.accepted, c.refused, c.held, c.unchanged, c.ignored
  from cx.ledger_session_v1(p_token) s
  join cx.intake_batch b on b.organisation = s.organisation
  left join cx.intake_receipt c on c.batch = b.batch
  order by b.opened_at desc limit p_limit;
end;
grant execute on function cx.intake_receipts_v1(bytea, integer) to web;
