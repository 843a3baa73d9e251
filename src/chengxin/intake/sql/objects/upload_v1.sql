-- Uploads (上传): a file is kept sealed, read on by whoever holds its lease, and gone when its time is over.

-- Keeps an upload and answers its id; the same file that is still being read answers the id it has.
create function cx.intake_upload_v1(p_upload uuid, p_act uuid, p_item text, p_kind text, p_channel text, p_digest bytea,
  p_bytes integer, p_blocks bytea[], p_session bytea) returns uuid
language plpgsql volatile security definer set search_path = pg_catalog, cx, pg_temp as $$
declare v_organisation text; v_running uuid;
begin
  perform cx.ledger_open_v1();
  perform cx.ledger_require_acts_v1(array['00000000-0000-0000-0000-000000000000'::uuid], array[p_act], 'intake.upload');
  select r.organisation into v_organisation from cx.ledger_register r
  where r.person = '00000000-0000-0000-0000-000000000000' and r.id = p_act;
  select u.upload into v_running from cx.intake_upload u
  where u.organisation = v_organisation and u.item = p_item and u.kind = p_kind and u.file_digest = p_digest
    and u.session is not null and u.problem = ''
  order by u.at limit 1;
  if v_running is not null then
    -- Sent again: it goes on in the name of whoever is there now.
    update cx.intake_upload u set session = p_session where u.upload = v_running;
    return v_running;
  end if;
  insert into cx.intake_upload (upload, act, organisation, item, kind, channel, file_digest, bytes, session, at)
  values (p_upload, p_act, v_organisation, p_item, p_kind, p_channel, p_digest, p_bytes, p_session, statement_timestamp());
  insert into cx.intake_file
  select p_upload, b.ord - 1, b.sealed from unnest(p_blocks) with ordinality as b(sealed, ord);
  return p_upload;
end $$;
grant execute on function cx.intake_upload_v1(uuid, uuid, text, text, text, bytea, integer, bytea[], bytea) to web, worker;

-- Goes on with an upload that was interrupted, in the name of the officer who asks (INTAKE-32: there is none to go on with).
create function cx.intake_go_on_v1(p_upload uuid, p_act uuid, p_session bytea) returns void
language plpgsql volatile security definer set search_path = pg_catalog, cx, pg_temp as $$
begin
  perform cx.ledger_require_acts_v1(array['00000000-0000-0000-0000-000000000000'::uuid], array[p_act], 'intake.upload');
  update cx.intake_upload u set session = p_session, message = '', lost = 0
  from cx.ledger_register r
  where r.person = '00000000-0000-0000-0000-000000000000' and r.id = p_act and u.organisation = r.organisation
    and u.upload = p_upload and u.session is null and u.problem = ''
    and not exists (select from cx.intake_cancel c where c.upload = u.upload)
    and not exists (select from cx.intake_receipt c where c.batch = u.batch);
  if not found then perform cx.refuse_v1('INTAKE-32'); end if;
end $$;
grant execute on function cx.intake_go_on_v1(uuid, uuid, bytea) to web, worker;

create type cx.intake_job_v1 as (upload uuid, item text, kind text, channel text, digest bytea, session bytea,
  lease uuid);
-- The oldest upload that nobody is reading, under a lease of p_seconds. A lease that ended without a word was lost: its
-- reader is gone, and what takes readers away again and again can be stopped (intake_halt_v1). p_token: a session whose duty covers intake.work.
create function cx.intake_take_v1(p_token bytea, p_seconds integer) returns setof cx.intake_job_v1
language sql volatile security definer
begin atomic
  select cx.ledger_duty_v1(p_token, 'intake.work');
  with next as materialized (
    select u.upload from cx.intake_upload u
    where u.problem = '' and u.session is not null and coalesce(u.leased_until < statement_timestamp(), true)
    order by u.at, u.upload limit 1 for update skip locked)
  update cx.intake_upload u set lost = u.lost + (u.lease is not null and u.message = '')::integer,
    lease = gen_random_uuid(), leased_until = statement_timestamp() + make_interval(secs => p_seconds)
  from next n where u.upload = n.upload
  returning u.upload, u.item, u.kind, u.channel, u.file_digest, u.session, u.lease;
end;
grant execute on function cx.intake_take_v1(bytea, integer) to worker;

-- The lease goes on while rows are read. INTAKE-32: somebody else has it now.
create function cx.intake_lease_v1(p_token bytea, p_upload uuid, p_lease uuid, p_seconds integer) returns void
language plpgsql volatile security definer set search_path = pg_catalog, cx, pg_temp as $$
begin
  perform cx.ledger_duty_v1(p_token, 'intake.work');
  update cx.intake_upload u set leased_until = statement_timestamp() + make_interval(secs => p_seconds)
  where u.upload = p_upload and u.lease = p_lease and u.session is not null;
  if not found then perform cx.refuse_v1('INTAKE-32'); end if;
end $$;
grant execute on function cx.intake_lease_v1(bytea, uuid, uuid, integer) to worker;

-- What became of the upload: its batch while it is read; at the end (p_end) why the file as a whole was refused, or what its
-- officer has to do. A reader that lost the lease settles nothing (INTAKE-32).
create function cx.intake_settle_v1(p_token bytea, p_upload uuid, p_lease uuid, p_batch uuid, p_problem text, p_message text,
  p_end boolean) returns void
language plpgsql volatile security definer set search_path = pg_catalog, cx, pg_temp as $$
begin
  perform cx.ledger_duty_v1(p_token, 'intake.work');
  update cx.intake_upload u set batch = coalesce(p_batch, u.batch), problem = p_problem, message = p_message,
    session = case when p_end then null else u.session end, lease = case when p_end then null else u.lease end,
    leased_until = case when p_end then null else u.leased_until end
  where u.upload = p_upload and u.lease = p_lease;
  if not found then perform cx.refuse_v1('INTAKE-32'); end if;
end $$;
grant execute on function cx.intake_settle_v1(bytea, uuid, uuid, uuid, text, text, boolean) to worker;

create type cx.intake_block_v1 as (seq integer, sealed bytea);
-- The sealed blocks of an upload, for its own organisation: to be read on, or to make the workbook of its bad rows.
create function cx.intake_blocks_v1(p_token bytea, p_upload uuid) returns setof cx.intake_block_v1
language sql volatile security definer
begin atomic
  select cx.ledger_duty_v1(p_token, 'intake.receipts');
  select f.seq, f.sealed
  from cx.ledger_session_v1(p_token) s
  join cx.intake_upload u on u.upload = p_upload and u.organisation = s.organisation
  join cx.intake_file f on f.upload = u.upload
  order by f.seq;
end;
grant execute on function cx.intake_blocks_v1(bytea, uuid) to web, worker;

-- Files whose time is over are destroyed (文件销毁): so many days after the upload, by a dated parameter. Rows that a
-- killed reading left on the stage go as well, unless their batch can still be gone on with: it is open and not lapsed.
create function cx.intake_sweep_v1(p_token bytea) returns integer language sql volatile security definer
begin atomic
  select cx.ledger_duty_v1(p_token, 'intake.work');
  delete from cx.records_stage s
  where not exists (select from cx.intake_batch b where b.batch = s.batch and b.opened_at >= cx.intake_lapsed_before_v1()
                    and not cx.intake_cancelled_v1(b.batch) and not exists (select from cx.intake_receipt c where c.batch = b.batch));
  with gone as (
    delete from cx.intake_file f using cx.intake_upload u
    where u.upload = f.upload and u.session is null
      and u.at < statement_timestamp() - make_interval(days => coalesce(cx.catalog_parameter_v1('upload_kept', u.item, cx.ledger_today_v1()), 0))
    returning f.upload)
  select count(distinct g.upload)::integer from gone g;
end;
grant execute on function cx.intake_sweep_v1(bytea) to worker;
