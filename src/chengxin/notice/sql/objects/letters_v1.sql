-- Letters: issued for a batch, opened by the person, read again as they were served.

-- Adds to the tally. The part is that of the connection, so that no transaction holds two. Internal.
create function cx.notice_tally_v1(p_what text, p_letters integer) returns void language sql volatile
begin atomic
  insert into cx.notice_tally as t (what, part, letters) select p_what, pg_backend_pid() % 16, p_letters where p_letters > 0
  on conflict (what, part) do update set letters = t.letters + excluded.letters;
end;

-- Counts a letter as served (已送达), once: called after each evidence that may serve it. PL/pgSQL, because a statement that begins
-- after the lock sees what others wrote whom it waited for; no key update, because evidence of others holds the letter's key. Internal.
create function cx.notice_count_served_v1(p_person uuid, p_letter uuid) returns void
language plpgsql volatile set search_path = pg_catalog, cx, pg_temp as $$
begin
  perform from cx.notice_letter l where l.person = p_person and l.letter = p_letter for no key update;
  perform cx.notice_tally_v1('served', (count(*) = 1)::integer) from cx.notice_evidence e
  where e.person = p_person and e.letter = p_letter and (e.event = 'opened' or (e.channel in ('post', 'public') and e.event = 'delivered'));
end $$;

-- Writes letters, each with an act at its person, and opens them for delivery. Internal.
create function cx.notice_put_v1(p_token bytea, p_persons uuid[], p_records uuid[], p_versions integer[], p_template text) returns integer
language plpgsql volatile security definer set search_path = pg_catalog, cx, pg_temp as $$
declare v_acts uuid[]; v_count integer;
begin
  select array_agg(gen_random_uuid()) into v_acts from unnest(p_persons);
  perform cx.ledger_act_v1(p_token, p_persons, v_acts, 'notice.issue', '');
  perform cx.ledger_require_acts_v1(p_persons, v_acts, 'notice.issue');
  insert into cx.notice_letter (person, letter, act, record, record_version, template, issued_at, issued_on)
  select n.person, gen_random_uuid(), n.act, n.record, n.version, p_template, statement_timestamp(), cx.ledger_today_v1()
  from unnest(p_persons, v_acts, p_records, p_versions) as n(person, act, record, version);
  get diagnostics v_count = row_count;
  perform cx.notice_tally_v1('issued', v_count);
  insert into cx.notice_evidence (person, evidence, act, letter, channel, attempt, event, at, on_date)
  select l.person, gen_random_uuid(), l.act, l.letter, 'in_app', 1, 'placed', statement_timestamp(), cx.ledger_today_v1()
  from unnest(p_persons, v_acts) as n(person, act)
  join cx.notice_letter l on l.person = n.person and l.act = n.act;
  insert into cx.notice_open (person, letter, issued_on, due_on, stuck)
  select l.person, l.letter, l.issued_on, cx.ledger_today_v1(), false
  from unnest(p_persons, v_acts) as n(person, act)
  join cx.notice_letter l on l.person = n.person and l.act = n.act;
  return v_count;
end $$;

-- Issues the letters of a closed batch (系统按批次发出告知书): at once, or for history that an older system held, so many a day
-- that people can be answered (p_batch null: the next ones of all such batches). Idempotent: a record has one letter per
-- version. Only what waits for its person gets one: an adverse record that is proposed.
create function cx.notice_issue_v1(p_token bytea, p_batch uuid, p_template text) returns integer
language plpgsql volatile security definer set search_path = pg_catalog, cx, pg_temp as $$
declare v_persons uuid[]; v_records uuid[]; v_versions integer[];
begin
  with due as (
    select v.person, v.record, v.version, b.letters_a_day, b.closed_at, v.batch, v.source_row
    from cx.records_batch b
    join cx.records_version v on v.batch = b.batch
    join cx.records_event e on e.person = v.person and e.record = v.record and e.to_state = 'PROPOSED' and e.adverse
    where ((p_batch is null and b.letters_a_day is not null) or (b.batch = p_batch and b.letters_a_day is null))
      and not exists (select from cx.records_event n where n.person = e.person and n.record = e.record and n.seq = e.seq + 1)
      and not exists (select from cx.records_version w
                      where w.person = v.person and w.record = v.record and w.version = v.version + 1)
      and not exists (select from cx.notice_letter l
                      where l.person = v.person and l.record = v.record and l.record_version = v.version)
      and cx.people_lives_v1(v.person)  -- nobody writes to the deceased
  ), spent as (
    select v.batch, count(*) as letters from cx.records_batch b
    join cx.records_version v on v.batch = b.batch
    join cx.notice_letter l on l.person = v.person and l.record = v.record and l.record_version = v.version
    where b.letters_a_day is not null and l.issued_on = cx.ledger_today_v1() group by v.batch
  ), ranked as (
    select d.*, row_number() over (partition by d.batch order by d.source_row) + coalesce(s.letters, 0) as turn
    from due d left join spent s on s.batch = d.batch
  )
  select array_agg(r.person), array_agg(r.record), array_agg(r.version) into v_persons, v_records, v_versions
  from ranked r where r.letters_a_day is null or r.turn <= r.letters_a_day;
  if v_persons is null then return 0; end if;
  return cx.notice_put_v1(p_token, v_persons, v_records, v_versions, p_template);
end $$;
grant execute on function cx.notice_issue_v1(bytea, uuid, text) to worker;

-- Whether a letter can still serve: NOTICE-02 not this person's; NOTICE-06 what it is about has ended already; NOTICE-07 a
-- correction has its own letter, the one before it says what is no longer so. Internal.
create function cx.notice_servable_v1(p_person uuid, p_letter uuid) returns boolean
language sql volatile security definer
begin atomic
  select case when exists (select from cx.notice_letter l where l.person = p_person and l.letter = p_letter)
              then true else cx.refuse_v1('NOTICE-02') end;
  select case when exists (
    select from cx.notice_letter l
    cross join lateral cx.records_rows_v1(p_person, l.record) w
    where l.person = p_person and l.letter = p_letter and w.state = 'EXPIRED')
    then cx.refuse_v1('NOTICE-06') end;
  select case when exists (
    select from cx.notice_letter l join cx.records_version v on v.person = l.person and v.record = l.record
    where l.person = p_person and l.letter = p_letter and v.version > l.record_version)
    then cx.refuse_v1('NOTICE-07') else true end;
end;

-- The step SERVED of a letter's record (送达). The length of waiting comes from the dated parameter, never from the caller;
-- p_wait_until may only be later (a working day, a provisional calendar, a receipt that took its time). NOTICE-03: no waiting
-- period in force. NOTICE-05: the last day is too early for today, or out of sight. Internal.
create function cx.notice_served_v1(
  p_activity text, p_person uuid, p_letter uuid, p_act uuid, p_seq integer, p_served_on date, p_wait_until date
) returns integer language sql volatile security definer
begin atomic
  select case when p_wait_until <= cx.ledger_today_v1() + 90 then true else cx.refuse_v1('NOTICE-05') end;
  with due as materialized (
    select l.record, coalesce(cx.catalog_parameter_v1('notice_wait', r.item, cx.ledger_today_v1()),
                              case when cx.refuse_v1('NOTICE-03') then 0 end) as days
    from cx.notice_letter l join cx.records_record r on r.person = l.person and r.record = l.record
    where l.person = p_person and l.letter = p_letter
  )
  -- A receipt is registered after it was signed: the person's days begin when the platform lets them object.
  select case when p_served_on = cx.ledger_today_v1() or p_wait_until >= cx.ledger_today_v1() + d.days
              then cx.records_step_v1(p_activity, array[p_person], array[d.record], array[p_act], array[p_seq], array['SERVED'],
                array[p_served_on], array[d.days], array[p_wait_until], array[false], null)
              when cx.refuse_v1('NOTICE-05') then 0 end
  from due d;
end;

-- Serves a letter in the app: the person opened it, which is the evidence, with the words that were shown. The act must be
-- the person's own, and its line names the digest, so that the log answers for the words.
create function cx.notice_serve_v1(
  p_person uuid, p_letter uuid, p_act uuid, p_seq integer, p_wait_until date, p_digest bytea, p_sealed bytea
) returns integer language sql volatile security definer
begin atomic
  select cx.ledger_require_acts_v1(array[p_person], array[p_act], 'notice.open');
  select cx.notice_servable_v1(p_person, p_letter);
  -- NOTICE-12: the line of the act names other words.
  select case when (select r.case_ref from cx.ledger_register r where r.person = p_person and r.id = p_act) = encode(p_digest, 'hex')
              then true else cx.refuse_v1('NOTICE-12') end;
  -- NOTICE-10: it was opened before.
  insert into cx.notice_evidence (person, evidence, act, letter, channel, attempt, event, at, on_date, digest)
  values (p_person, gen_random_uuid(), p_act, p_letter, 'in_app', 1, 'opened', statement_timestamp(), cx.ledger_today_v1(), p_digest);
  select cx.notice_count_served_v1(p_person, p_letter);
  insert into cx.notice_copy (person, letter, channel, act, digest, sealed)
  values (p_person, p_letter, 'in_app', p_act, p_digest, p_sealed);
  delete from cx.notice_open o where o.person = p_person and o.letter = p_letter;
  select cx.notice_served_v1('notice.open', p_person, p_letter, p_act, p_seq, cx.ledger_today_v1(), p_wait_until);
end;
grant execute on function cx.notice_serve_v1(uuid, uuid, uuid, integer, date, bytea, bytea) to web;

-- What served a letter: opened in the app, signed for by post, or the end of a public notice; the first of them. Internal.
create type cx.notice_service_v1 as (channel text, at timestamptz, on_date date);
create function cx.notice_service_of_v1(p_person uuid, p_letter uuid) returns setof cx.notice_service_v1
language sql stable
begin atomic
  select e.channel, e.at, e.on_date from cx.notice_evidence e
  where e.person = p_person and e.letter = p_letter and (e.event = 'opened' or (e.channel in ('post', 'public') and e.event = 'delivered'))
  order by e.at, e.evidence limit 1;
end;

create type cx.notice_letter_row_v1 as (letter uuid, record uuid, record_version integer, template text, issued_on date,
  issued_at timestamptz, opened_at timestamptz, opened_on date, channel text, stuck boolean);
-- The person's letters (消息), newest first.
create function cx.notice_letters_v1(p_token bytea, p_person uuid, p_look uuid) returns setof cx.notice_letter_row_v1
language sql volatile security definer
begin atomic
  select case when 'letters' = any (cx.ledger_require_look_v1(p_token, p_person, p_look, 'person.own'))
              then true else cx.refuse_v1('LOOK-02') end;
  select l.letter, l.record, l.record_version, l.template, l.issued_on, l.issued_at, s.at, s.on_date, coalesce(s.channel, ''),
    coalesce(o.stuck, false)
  from cx.notice_letter l
  left join lateral cx.notice_service_of_v1(l.person, l.letter) s on true
  left join cx.notice_open o on o.person = l.person and o.letter = l.letter
  where l.person = p_person order by l.issued_at desc, l.letter;
end;
grant execute on function cx.notice_letters_v1(bytea, uuid, uuid) to web;

create type cx.notice_copy_row_v1 as (channel text, digest bytea, evidence bytea, sealed bytea);
-- The words of a letter as they were served, with the digest that the evidence of service holds: the reader compares them.
create function cx.notice_copy_own_v1(p_token bytea, p_person uuid, p_look uuid, p_letter uuid) returns setof cx.notice_copy_row_v1
language sql volatile security definer
begin atomic
  select case when 'letters' = any (cx.ledger_require_look_v1(p_token, p_person, p_look, 'person.own'))
              then true else cx.refuse_v1('LOOK-02') end;
  select c.channel, c.digest, e.digest, c.sealed
  from cx.notice_service_of_v1(p_person, p_letter) s
  join cx.notice_copy c on c.person = p_person and c.letter = p_letter and c.channel = s.channel
  join cx.notice_evidence e on e.person = p_person and e.letter = p_letter and e.channel = s.channel and e.digest is not null
  order by e.at, e.evidence limit 1;
end;
grant execute on function cx.notice_copy_own_v1(bytea, uuid, uuid, uuid) to web;

create type cx.notice_event_row_v1 as (channel text, attempt integer, event text, reason text, on_date date, at timestamptz);
-- What happened to one letter (送达经过), oldest first. Internal.
create function cx.notice_events_v1(p_person uuid, p_letter uuid) returns setof cx.notice_event_row_v1
language sql stable
begin atomic
  select e.channel, e.attempt, e.event, e.reason, e.on_date, e.at from cx.notice_evidence e
  where e.person = p_person and e.letter = p_letter order by e.at, e.channel, e.attempt, e.event;
end;

-- The same for the person.
create function cx.notice_events_own_v1(p_token bytea, p_person uuid, p_look uuid, p_letter uuid) returns setof cx.notice_event_row_v1
language sql volatile security definer
begin atomic
  select case when 'letters' = any (cx.ledger_require_look_v1(p_token, p_person, p_look, 'person.own'))
              then true else cx.refuse_v1('LOOK-02') end;
  select * from cx.notice_events_v1(p_person, p_letter);
end;
grant execute on function cx.notice_events_own_v1(bytea, uuid, uuid, uuid) to web;

-- By how much the tally differs from letters and evidence (重新清点); p_mend: and makes it right. Internal: asked at the console,
-- which keeps writers out of the tally first when it mends.
create function cx.notice_recount_v1(p_mend boolean) returns bigint language sql volatile
begin atomic
  with fact as materialized (
    select 'issued' as what, count(*) as letters from cx.notice_letter l
    union all
    select 'served', count(distinct (e.person, e.letter)) from cx.notice_evidence e
    where e.event = 'opened' or (e.channel in ('post', 'public') and e.event = 'delivered')
  ), told as materialized (
    select f.what, f.letters, coalesce((select sum(t.letters) from cx.notice_tally t where t.what = f.what), 0)::bigint as told from fact f
  ), gone as (
    delete from cx.notice_tally t where p_mend and t.part > 0
  ), put as (
    insert into cx.notice_tally (what, part, letters) select f.what, 0, f.letters from fact f where p_mend
    on conflict (what, part) do update set letters = excluded.letters
  )
  select sum(abs(o.letters - o.told))::bigint from told o;
end;
