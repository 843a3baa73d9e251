-- Notice (告知): the letter, and the evidence that the person was told. Both are only ever added.

create table cx.notice_letter (
  person uuid not null,
  letter uuid not null,
  act uuid not null,
  record uuid not null,
  record_version integer not null,
  template text not null,
  issued_at timestamptz not null,
  issued_on date not null,
  primary key (person, letter),
  constraint "NOTICE-01" unique (person, record, record_version)
);
-- What happened to a letter (送达证据): placed by the platform, opened by the person.
create table cx.notice_evidence (
  person uuid not null,
  evidence uuid not null,
  act uuid not null,
  letter uuid not null,
  channel text not null check (channel in ('in_app')),
  event text not null check (event in ('placed', 'opened')),
  at timestamptz not null,               -- real time
  on_date date not null,                 -- business day
  digest bytea not null check (length(digest) = 32), -- of the text that was placed or opened
  primary key (person, evidence),
  foreign key (person, letter) references cx.notice_letter not deferrable
);

-- Issues the letters of a closed batch (系统按批次发出告知书): at once, or for history that an older system held, so many a day
-- that people can be answered (p_batch null: the next ones of all such batches). Idempotent: a record has one letter per
-- version. Only what waits for its person gets one: an adverse record that is proposed.
create function cx.notice_issue_v1(p_token bytea, p_batch uuid, p_template text) returns integer
language plpgsql volatile security definer set search_path = pg_catalog, cx, pg_temp as $$
declare v_persons uuid[]; v_records uuid[]; v_versions integer[]; v_acts uuid[]; v_count integer;
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
  ), spent as (
    select v.batch, count(*) as letters from cx.records_batch b
    join cx.records_version v on v.batch = b.batch
    join cx.notice_letter l on l.person = v.person and l.record = v.record and l.record_version = v.version
    where b.letters_a_day is not null and l.issued_on = cx.ledger_today_v1() group by v.batch
  ), ranked as (
    select d.*, row_number() over (partition by d.batch order by d.source_row) + coalesce(s.letters, 0) as turn
    from due d left join spent s on s.batch = d.batch
  )
  select array_agg(r.person), array_agg(r.record), array_agg(r.version), array_agg(gen_random_uuid())
  into v_persons, v_records, v_versions, v_acts
  from ranked r where r.letters_a_day is null or r.turn <= r.letters_a_day;
  if v_persons is null then return 0; end if;
  perform cx.ledger_act_v1(p_token, v_persons, v_acts, 'notice.issue', '');
  perform cx.ledger_require_acts_v1(v_persons, v_acts, 'notice.issue');
  insert into cx.notice_letter (person, letter, act, record, record_version, template, issued_at, issued_on)
  select n.person, gen_random_uuid(), n.act, n.record, n.version, p_template, statement_timestamp(), cx.ledger_today_v1()
  from unnest(v_persons, v_acts, v_records, v_versions) as n(person, act, record, version);
  get diagnostics v_count = row_count;
  insert into cx.notice_evidence (person, evidence, act, letter, channel, event, at, on_date, digest)
  select l.person, gen_random_uuid(), l.act, l.letter, 'in_app', 'placed', statement_timestamp(), cx.ledger_today_v1(),
    sha256(convert_to(l.letter::text || l.template || l.record_version::text, 'UTF8'))
  from unnest(v_persons, v_acts) as n(person, act)
  join cx.notice_letter l on l.person = n.person and l.act = n.act;
  return v_count;
end $$;
grant execute on function cx.notice_issue_v1(bytea, uuid, text) to worker;

-- Serves a letter (送达): the person opened it, which is the evidence; the record's waiting period starts. The length
-- comes from the dated parameter, never from the caller; p_wait_until may only be later (a working day, a provisional
-- calendar). NOTICE-02: not this person's letter. NOTICE-03: no waiting period in force. The act must be the person's own.
create function cx.notice_serve_v1(p_person uuid, p_letter uuid, p_act uuid, p_seq integer, p_wait_until date, p_digest bytea)
returns integer language sql volatile security definer
begin atomic
  select cx.ledger_require_acts_v1(array[p_person], array[p_act], 'notice.open');
  select case when exists (select from cx.notice_letter l where l.person = p_person and l.letter = p_letter)
              then true else cx.refuse_v1('NOTICE-02') end;
  -- NOTICE-06: what has ended already is served no more.
  select case when exists (
    select from cx.notice_letter l
    cross join lateral cx.records_rows_v1(p_person, l.record) w
    where l.person = p_person and l.letter = p_letter and w.state = 'EXPIRED')
    then cx.refuse_v1('NOTICE-06') end;
  -- NOTICE-07: a correction has its own letter; the one before it says what is no longer so.
  select case when exists (
    select from cx.notice_letter l join cx.records_version v on v.person = l.person and v.record = l.record
    where l.person = p_person and l.letter = p_letter and v.version > l.record_version)
    then cx.refuse_v1('NOTICE-07') end;
  -- A working day or a provisional calendar moves the last day by weeks at most, never out of sight.
  select case when p_wait_until <= cx.ledger_today_v1() + 90 then true else cx.refuse_v1('NOTICE-05') end;
  insert into cx.notice_evidence (person, evidence, act, letter, channel, event, at, on_date, digest)
  values (p_person, gen_random_uuid(), p_act, p_letter, 'in_app', 'opened', statement_timestamp(), cx.ledger_today_v1(), p_digest);
  select cx.records_step_v1('notice.open', array[p_person], array[l.record], array[p_act], array[p_seq], array['SERVED'],
    array[cx.ledger_today_v1()],
    array[coalesce(cx.catalog_parameter_v1('notice_wait', r.item, cx.ledger_today_v1()),
                   case when cx.refuse_v1('NOTICE-03') then 0 end)],
    array[p_wait_until], array[false], null)
  from cx.notice_letter l join cx.records_record r on r.person = l.person and r.record = l.record
  where l.person = p_person and l.letter = p_letter;
end;
grant execute on function cx.notice_serve_v1(uuid, uuid, uuid, integer, date, bytea) to web;

create type cx.notice_letter_row_v1 as (letter uuid, record uuid, record_version integer, template text, issued_on date,
  issued_at timestamptz, opened_at timestamptz, opened_on date);
-- The person's letters (消息), newest first.
create function cx.notice_letters_v1(p_token bytea, p_person uuid, p_look uuid) returns setof cx.notice_letter_row_v1
language sql volatile security definer
begin atomic
  select case when 'letters' = any (cx.ledger_require_look_v1(p_token, p_person, p_look, 'person.own'))
              then true else cx.refuse_v1('LOOK-02') end;
  select l.letter, l.record, l.record_version, l.template, l.issued_on, l.issued_at, o.at, o.on_date
  from cx.notice_letter l
  left join lateral (select e.at, e.on_date from cx.notice_evidence e where e.person = l.person and e.letter = l.letter
                     and e.event = 'opened' order by e.at limit 1) o on true
  where l.person = p_person order by l.issued_at desc, l.letter;
end;
grant execute on function cx.notice_letters_v1(bytea, uuid, uuid) to web;
