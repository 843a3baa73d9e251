-- Files that are stopped (取消、停下): by their department for good, by the system administrator until the department goes on.

-- Takes an upload of the own organisation back (取消): waiting, under way between two chunks, or broken off. What was taken in
-- is as of a batch past closing; the sealed file, staged and held rows and the travelling session are gone. INTAKE-32: there is none,
-- or it is done or was cancelled. INTAKE-70: corrections or withdrawals are in already, and have their effect.
create function cx.intake_cancel_v1(p_upload uuid, p_act uuid, p_reason text) returns void
language plpgsql volatile security definer set search_path = pg_catalog, cx, pg_temp as $$
declare v_upload cx.intake_upload; v_batch cx.intake_batch; v_own uuid;
begin
  perform cx.ledger_require_acts_v1(array['00000000-0000-0000-0000-000000000000'::uuid], array[p_act], 'intake.cancel');
  -- By the file, not by its upload, which names the batch only a moment after it was opened; batch before upload, as in closing.
  select b.* into v_batch from cx.ledger_register r
  join cx.intake_upload u on u.upload = p_upload and u.organisation = r.organisation
  join cx.intake_batch b on b.organisation = u.organisation and b.item = u.item and b.kind = u.kind and b.file_digest = u.file_digest
  where r.person = '00000000-0000-0000-0000-000000000000' and r.id = p_act and b.opened_at >= cx.intake_lapsed_before_v1()
    and not exists (select from cx.intake_receipt c where c.batch = b.batch) and not cx.intake_cancelled_v1(b.batch)
  for update of b;
  select u.* into v_upload from cx.ledger_register r
  join cx.intake_upload u on u.upload = p_upload and u.organisation = r.organisation and u.problem = ''
  where r.person = '00000000-0000-0000-0000-000000000000' and r.id = p_act for update of u;
  -- The same file may have been sent twice. What this upload never opened is not its own, and what another one goes on with is not
  -- taken from that one.
  v_own := coalesce(v_upload.batch, case when v_upload.lease is not null then v_batch.batch end);
  if exists (
    select from cx.intake_upload o
    where o.upload <> p_upload and (o.organisation, o.item, o.kind, o.file_digest) = (v_upload.organisation, v_upload.item,
      v_upload.kind, v_upload.file_digest) and o.problem = '' and (o.batch = v_own or o.batch is null and o.lease is not null)
      and not exists (select from cx.intake_cancel c where c.upload = o.upload)) then
    v_own := null;
  end if;
  -- Asked once the locks are held: a chunk, a close or another cancelling that was waited for is seen by these statements only.
  if v_upload.upload is null or exists (select from cx.intake_cancel c where c.upload = p_upload)
    or exists (select from cx.intake_receipt c where c.batch in (v_upload.batch, v_own)) then
    perform cx.refuse_v1('INTAKE-32');
  end if;
  if v_upload.kind in ('correct', 'withdraw') and exists (
      select from cx.intake_admitted m where m.batch = v_own and m.outcome = 'accepted') then
    perform cx.refuse_v1('INTAKE-70');
  end if;
  insert into cx.intake_cancel values (p_upload, v_own, p_act, p_reason, statement_timestamp());
  update cx.intake_upload u set session = null, lease = null, leased_until = null, message = '' where u.upload = p_upload;
  delete from cx.records_stage s where s.batch = v_own;
  delete from cx.intake_waiting w where w.batch = v_own;
  delete from cx.intake_file f where f.upload = p_upload;
end $$;
grant execute on function cx.intake_cancel_v1(uuid, uuid, text) to web;

-- How many readers a file must have taken away before it can be stopped. A restart of the platform takes one away as well.
create function cx.intake_blocks_from_v1() returns integer language sql immutable
return 3;

-- Stops a file that takes its readers away again and again, and with them everybody else's files (停下): its department goes on or
-- takes it back; nothing of it is decided here. INTAKE-71: it does not stand in the way.
create function cx.intake_halt_v1(p_upload uuid, p_act uuid, p_message text) returns void
language plpgsql volatile security definer set search_path = pg_catalog, cx, pg_temp as $$
begin
  perform cx.ledger_require_acts_v1(array['00000000-0000-0000-0000-000000000000'::uuid], array[p_act], 'intake.halt');
  update cx.intake_upload u set session = null, lease = null, leased_until = null, message = p_message
  where u.upload = p_upload and u.problem = '' and u.session is not null and u.lost >= cx.intake_blocks_from_v1();
  if not found then perform cx.refuse_v1('INTAKE-71'); end if;
end $$;
grant execute on function cx.intake_halt_v1(uuid, uuid, text) to web;

-- By how many rows the list of held rows that wait differs from the facts (重新清点); p_mend: and makes it right. Internal: asked at the console,
-- which keeps writers out of the list first when it mends.
create function cx.intake_recount_v1(p_mend boolean) returns bigint language sql volatile
begin atomic
  with fact as materialized (
    select h.person, h.batch, h.source_row, h.due_on from cx.intake_held h
    where not exists (select from cx.intake_decision d where d.person = h.person and d.batch = h.batch and d.source_row = h.source_row)
      and not exists (select from cx.intake_cancel c where c.batch = h.batch)
  ), odd as materialized (
    select w.person, w.batch, w.source_row, w.due_on from cx.intake_waiting w except select * from fact
  ), lost as materialized (
    select * from fact except select w.person, w.batch, w.source_row, w.due_on from cx.intake_waiting w
  ), gone as (
    delete from cx.intake_waiting w where p_mend
      and not exists (select from fact f where f.person = w.person and f.batch = w.batch and f.source_row = w.source_row)
  ), put as (
    insert into cx.intake_waiting (person, batch, source_row, due_on) select * from lost where p_mend
    on conflict (person, batch, source_row) do update set due_on = excluded.due_on
  )
  select (select count(*) from odd) + (select count(*) from lost);
end;
