-- One refused row at a time, put right in a form (逐行改正): it becomes an upload of its own with the key of its row, so that all
-- that holds for a corrected workbook holds for it.

-- Whether a refused row still wants its department: not put right, not given up, no later version of it waits for a human, and
-- nobody is putting it right at this moment; a form that fell silent for two minutes is nobody. Internal.
create function cx.intake_wants_v1(p_batch uuid, p_row integer) returns boolean language sql stable
begin atomic
  select not exists (select from cx.intake_dismissal d where d.batch = p_batch)
    and not exists (select from cx.intake_fixed x
                    where x.batch = p_batch and x.source_row = p_row and cx.intake_counts_v1(x.by_batch))
    and not exists (
      select from cx.intake_mend m join cx.intake_upload u on u.upload = m.upload
      where m.batch = p_batch and m.source_row = p_row and u.problem = ''
        and (u.session is not null or u.at > statement_timestamp() - interval '2 minutes')
        and not exists (select from cx.intake_receipt c where c.batch = u.batch)
        and not exists (select from cx.intake_cancel c where c.upload = u.upload))
    and not exists (
      select from cx.intake_retry t
      cross join lateral cx.intake_kin_v1(array[t.batch], array[t.source_row], array[0]) k
      join cx.intake_held h on h.batch = k.batch and h.source_row = k.source_row
      where t.of_batch = p_batch and t.of_row = p_row and not exists (
        select from cx.intake_decision d where d.person = h.person and d.batch = h.batch and d.source_row = h.source_row));
end;

-- The first refused row after p_after that still wants the department, in a closed batch of the own organisation; null: none.
create function cx.intake_next_v1(p_token bytea, p_batch uuid, p_after integer) returns integer
language sql volatile security definer
begin atomic
  select cx.ledger_duty_v1(p_token, 'intake.receipts');
  select r.source_row
  from (select distinct f.source_row
        from cx.ledger_session_v1(p_token) s
        join cx.intake_batch b on b.batch = p_batch and b.organisation = s.organisation
        join cx.intake_receipt c on c.batch = b.batch
        join cx.intake_finding f on f.batch = b.batch and f.kind = 'error' and f.source_row > p_after) r
  where cx.intake_wants_v1(p_batch, r.source_row) order by r.source_row limit 1;
end;
grant execute on function cx.intake_next_v1(bytea, uuid, integer) to web;

-- Notes for which row the upload that this act keeps was made, and which columns differ. INTAKE-72: the row wants nothing any
-- more, or somebody else is at it. Two officers at one row wait for each other here, and the second is told.
create function cx.intake_mend_v1(p_upload uuid, p_act uuid, p_batch uuid, p_row integer, p_fields text[]) returns void
language plpgsql volatile security definer set search_path = pg_catalog, cx, pg_temp as $$
begin
  perform cx.ledger_require_acts_v1(array['00000000-0000-0000-0000-000000000000'::uuid], array[p_act], 'intake.upload');
  perform from cx.intake_batch b
  join cx.ledger_register r on r.person = '00000000-0000-0000-0000-000000000000' and r.id = p_act
    and r.organisation = b.organisation
  join cx.intake_upload u on u.upload = p_upload and u.act = p_act and u.item = b.item and u.kind = b.kind
  where b.batch = p_batch for no key update of b;
  -- Asked once the lock is held: a correction that was waited for is seen by this second statement only.
  if not found or not cx.intake_wants_v1(p_batch, p_row) or not exists (
    select from cx.intake_receipt c join cx.intake_finding f on f.batch = c.batch and f.source_row = p_row and f.kind = 'error'
    where c.batch = p_batch) then
    perform cx.refuse_v1('INTAKE-72');
  end if;
  insert into cx.intake_mend values (p_upload, p_act, p_batch, p_row, p_fields);
end $$;
grant execute on function cx.intake_mend_v1(uuid, uuid, uuid, integer, text[]) to web;

-- Ties the upload of a form to the batch it became, or to the rule that let it become none. Read here and now by the page, it
-- has no reader with a lease who could say so.
create function cx.intake_mending_v1(p_token bytea, p_upload uuid, p_batch uuid, p_problem text) returns void
language sql volatile security definer
begin atomic
  select cx.ledger_duty_v1(p_token, 'intake.upload');
  -- INTAKE-32: a colleague took it back meanwhile. A cancelling that was waited for is seen by the second statement only.
  select u.upload from cx.intake_upload u where u.upload = p_upload for update;
  select case when exists (select from cx.intake_cancel c where c.upload = p_upload) then cx.refuse_v1('INTAKE-32') end;
  update cx.intake_upload u set batch = p_batch, problem = p_problem
  from cx.ledger_session_v1(p_token) s
  where u.upload = p_upload and u.organisation = s.organisation and u.session is null and u.batch is null and u.problem = ''
    and exists (select from cx.intake_mend m where m.upload = u.upload)
    and (p_batch is null or exists (
      select from cx.intake_batch b
      where b.batch = p_batch and b.organisation = u.organisation and b.item = u.item and b.file_digest = u.file_digest));
end;
grant execute on function cx.intake_mending_v1(bytea, uuid, uuid, text) to web;
