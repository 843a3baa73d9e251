-- Letters and whether somebody lives (在世状态与告知书).

-- Follows what the population database said of a person: letters to the deceased end with their reason, and nothing of it serves;
-- where a death was reported wrongly, letters that were never written are written, and those that waited wait again. Answers how many.
create function cx.notice_standing_v1(p_token bytea, p_person uuid, p_template text) returns integer
language plpgsql volatile security definer set search_path = pg_catalog, cx, pg_temp as $$
declare v_files uuid[] := cx.people_same_v1(p_person); v_persons uuid[]; v_records uuid[]; v_versions integer[]; v_acts uuid[]; v_count integer := 0;
begin
  if not cx.people_lives_v1(p_person) then
    select array_agg(o.person), array_agg(o.letter), array_agg(gen_random_uuid()) into v_persons, v_records, v_acts
    from cx.notice_open o where o.person = any (v_files);
    if v_persons is null then return 0; end if;
    perform cx.ledger_act_v1(p_token, v_persons, v_acts, 'notice.deliver', '');
    insert into cx.notice_evidence (person, evidence, act, letter, channel, attempt, event, reason, at, on_date)
    select n.person, gen_random_uuid(), n.act, n.letter, 'desk', (
        select count(*) + 1 from cx.notice_evidence e where e.person = n.person and e.letter = n.letter and e.event = 'ended'),
      'ended', 'deceased', statement_timestamp(), cx.ledger_today_v1()
    from unnest(v_persons, v_records, v_acts) as n(person, letter, act);
    get diagnostics v_count = row_count;
    delete from cx.notice_open o where o.person = any (v_files);
    return v_count;
  end if;
  perform cx.ledger_duty_v1(p_token, 'notice.deliver');
  insert into cx.notice_open (person, letter, issued_on, due_on, stuck)
  select l.person, l.letter, l.issued_on, cx.ledger_today_v1(), false
  from cx.notice_letter l cross join lateral cx.notice_next_v1(l.person, l.letter) s
  where l.person = any (v_files) and s.what <> 'over' on conflict do nothing;
  get diagnostics v_count = row_count;
  select array_agg(f.person), array_agg(w.record), array_agg(w.version) into v_persons, v_records, v_versions
  from unnest(v_files) as f(person) cross join lateral cx.records_rows_v1(f.person, null) w
  where w.state = 'PROPOSED' and not exists (
    select from cx.notice_letter l where l.person = f.person and l.record = w.record and l.record_version = w.version);
  if v_persons is null then return v_count; end if;
  return v_count + cx.notice_put_v1(p_token, v_persons, v_records, v_versions, p_template);
end $$;
grant execute on function cx.notice_standing_v1(bytea, uuid, text) to worker;
