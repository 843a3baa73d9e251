-- Delivery (投递): what a letter needs next, attempts that are placed before anything leaves the house, and what carriers report.

create type cx.notice_step_v1 as (what text, channel text, attempt integer, due_on date);

-- What a letter needs next, from its evidence and dated parameters alone: `over` (served, or what it is about no longer waits),
-- `attempt` (that channel, that number; one that was placed and not handed over is the same again), `wait` until a day, or
-- `stuck` (every channel is spent and the person did not open it). Channels begin after so many days each, and the next begins
-- at once when those before it are spent; what was renewed begins anew; a public notice serves the day after it ends. Internal.
create function cx.notice_next_v1(p_person uuid, p_letter uuid) returns setof cx.notice_step_v1
language sql stable
begin atomic
  with letter as materialized (
    select l.issued_on, t.today, r.item,
      n.renewed_at, n.renewals,
      exists (select from cx.records_rows_v1(p_person, l.record) w
              where w.state = 'PROPOSED' and w.version = l.record_version) and cx.people_lives_v1(p_person) as waits,
      cx.catalog_parameter_v1('notice_retry', r.item, t.today) as retry,
      cx.catalog_parameter_v1('notice_silent', r.item, t.today) as silent,
      cx.catalog_parameter_v1('notice_open_within', r.item, t.today) as open_within
    from (select cx.ledger_today_v1() as today) t
    cross join (select max(e.at) as renewed_at, count(*)::integer as renewals from cx.notice_evidence e
                where e.person = p_person and e.letter = p_letter and e.event = 'renewed') n
    cross join cx.notice_letter l join cx.records_record r on r.person = l.person and r.record = l.record
    where l.person = p_person and l.letter = p_letter
  ), channel as (
    select l.*, c.name, c.tries, case when l.renewed_at is null then l.issued_on + c.after else l.today end as begins
    from letter l cross join lateral (values
      ('sms', cx.catalog_parameter_v1('notice_sms_after', l.item, l.today), cx.catalog_parameter_v1('notice_sms_tries', l.item, l.today)),
      ('post', cx.catalog_parameter_v1('notice_post_after', l.item, l.today), cx.catalog_parameter_v1('notice_post_tries', l.item, l.today))
    ) c(name, after, tries) where c.after is not null and c.tries > 0
  ), attempt as (
    select e.channel, e.attempt, min(e.at) as begun_at, max(e.on_date) as last_on,
      bool_or(e.event in ('sent', 'refused', 'unanswered', 'skipped')) as handed, bool_or(e.event = 'skipped') as skipped,
      bool_or(e.event in ('refused', 'unanswered', 'bounced', 'returned')) as failed
    from cx.notice_evidence e
    where e.person = p_person and e.letter = p_letter and e.channel in ('sms', 'post') group by e.channel, e.attempt
  ), standing as materialized (
    select c.*, coalesce((select max(a.attempt) from attempt a where a.channel = c.name), 0) as last_attempt, a.last_on,
      case when n.begun = 0 then 'fresh' when not a.handed then 'open' when a.skipped then 'spent'
           when a.failed or (c.name = 'post' and a.last_on + c.silent < c.today) then case when n.begun < c.tries then 'again' else 'spent' end
           when c.name = 'sms' then 'told' else 'away' end as state
    from channel c
    cross join lateral (select count(*) as begun from attempt b
                        where b.channel = c.name and b.begun_at > coalesce(c.renewed_at, '-infinity')) n
    left join lateral (select b.* from attempt b where b.channel = c.name order by b.attempt desc limit 1) a on true
  ), due as (
    select s.name, s.last_attempt, s.state, case s.state
        when 'open' then s.today
        when 'again' then greatest(s.last_on + s.retry, s.begins)
        when 'away' then s.last_on + s.silent + 1
        when 'fresh' then case when exists (select from standing o where (o.begins, o.name) < (s.begins, s.name))
          and not exists (select from standing o where (o.begins, o.name) < (s.begins, s.name) and o.state <> 'spent')
          then s.today else s.begins end end as due_on
    from standing s where s.state not in ('spent', 'told')
  )
  select case when not l.waits then 'over' when p.ends_on < l.today then 'attempt' when p.ends_on is not null then 'wait' when d.state <> 'away' and d.due_on <= l.today then 'attempt' when d.due_on is not null then 'wait'
              when l.issued_on + l.open_within > l.today then 'wait' else 'stuck' end,
    case when p.ends_on is not null then 'public' else coalesce(d.name, 'desk') end,
    case when p.ends_on is not null then 1 else coalesce(case d.state when 'open' then d.last_attempt else d.last_attempt + 1 end, l.renewals + 1) end,
    coalesce(case when p.ends_on < l.today then l.today + 1 else p.ends_on + 1 end, greatest(d.due_on, l.today), case when l.issued_on + l.open_within > l.today then l.issued_on + l.open_within else l.today + 7 end)
  from letter l
  left join cx.notice_public p on p.person = p_person and p.letter = p_letter
  left join lateral (select u.* from due u order by (u.state = 'open') desc, (u.state = 'away'), u.due_on, u.name limit 1) d on true;
end;

create type cx.notice_contact_row_v1 as (contact uuid, kind text, source text, at timestamptz, sealed bytea);
-- Where a person can be reached: the newest of each kind that was not taken back. Internal.
create function cx.notice_contacts_v1(p_person uuid) returns setof cx.notice_contact_row_v1
language sql stable
begin atomic
  select n.contact, n.kind, n.source, n.at, n.sealed from (
    select distinct on (c.kind) c.* from cx.notice_contact c where c.person = p_person order by c.kind, c.at desc, c.contact) n
  where n.sealed is not null order by n.kind;
end;

create type cx.notice_errand_v1 as (person uuid, letter uuid, record uuid, record_version integer, channel text, attempt integer,
  reference uuid, skipped boolean, issued_on date);

-- Takes letters whose next step is due (取出待投递): places attempts, passes over those for whom there is no address (nobody is
-- looked at for that), puts those that nobody can reach before the desk, and answers the attempts, those passed over too. All of it is committed before anything leaves the house, so whoever is killed on the way takes
-- the same attempt with the same reference again after p_lease seconds.
create function cx.notice_take_v1(p_token bytea, p_limit integer, p_lease integer) returns setof cx.notice_errand_v1
language plpgsql volatile security definer set search_path = pg_catalog, cx, pg_temp as $$
declare v_persons uuid[]; v_letters uuid[]; v_events text[]; v_channels text[]; v_attempts integer[]; v_due date[]; v_acts uuid[];
begin
  perform cx.ledger_duty_v1(p_token, 'notice.deliver');
  select array_agg(d.person), array_agg(d.letter) into v_persons, v_letters from (
    select o.person, o.letter from cx.notice_open o
    where o.due_on <= cx.ledger_today_v1() and coalesce(o.held_until <= statement_timestamp(), true)
    order by o.due_on, o.person, o.letter limit p_limit for update skip locked) d;
  if v_persons is null then return; end if;
  select array_agg(n.person), array_agg(n.letter), array_agg(s.channel), array_agg(s.attempt), array_agg(s.due_on),
    array_agg(gen_random_uuid()), array_agg(case s.what when 'stuck' then 'undeliverable' when 'attempt' then case when s.channel = 'public' or exists (
      select from cx.notice_contacts_v1(n.person) c where c.kind = case s.channel when 'sms' then 'phone' else 'address' end)
      then 'placed' else 'skipped' end else s.what end)
  into v_persons, v_letters, v_channels, v_attempts, v_due, v_acts, v_events
  from unnest(v_persons, v_letters) as n(person, letter) cross join lateral cx.notice_next_v1(n.person, n.letter) s;

  delete from cx.notice_open o using unnest(v_persons, v_letters, v_events) as n(person, letter, event)
  where o.person = n.person and o.letter = n.letter and n.event = 'over';
  with fresh as materialized (
    select n.* from unnest(v_persons, v_letters, v_events, v_channels, v_attempts, v_acts) as n(person, letter, event, channel, attempt, act)
    where n.event in ('placed', 'skipped', 'undeliverable') and not exists (
      select from cx.notice_evidence e where e.person = n.person and e.letter = n.letter and e.channel = n.channel
        and e.attempt = n.attempt and e.event = n.event)
  ), acted as materialized (
    select case when count(*) > 0 then cx.ledger_act_v1(p_token, array_agg(f.person), array_agg(f.act), 'notice.deliver', '') end as lines
    from fresh f
  )
  insert into cx.notice_evidence (person, evidence, act, letter, channel, attempt, event, reason, at, on_date)
  select f.person, gen_random_uuid(), f.act, f.letter, f.channel, f.attempt, f.event,
    case f.event when 'skipped' then 'no_address' else '' end, statement_timestamp(), cx.ledger_today_v1()
  from fresh f cross join acted a where a.lines > 0;
  update cx.notice_open o set due_on = n.due_on, stuck = n.event = 'undeliverable',
    held_until = case n.event when 'placed' then statement_timestamp() + make_interval(secs => p_lease) end
  from unnest(v_persons, v_letters, v_events, v_due) as n(person, letter, event, due_on)
  where o.person = n.person and o.letter = n.letter and n.event <> 'over';
  return query
    select l.person, l.letter, l.record, l.record_version, n.channel, n.attempt, e.evidence, n.event = 'skipped', l.issued_on
    from unnest(v_persons, v_letters, v_events, v_channels, v_attempts) as n(person, letter, event, channel, attempt)
    join cx.notice_letter l on l.person = n.person and l.letter = n.letter
    join cx.notice_evidence e on e.person = n.person and e.letter = n.letter and e.channel = n.channel and e.attempt = n.attempt
      and e.event = n.event
    where n.event in ('placed', 'skipped');
end $$;
grant execute on function cx.notice_take_v1(bytea, integer, integer) to worker;

-- Registers the platform's look at whom an attempt is for (投递查看): only while it is placed and not handed over. NOTICE-08.
create function cx.notice_errand_look_v1(p_token bytea, p_id uuid, p_person uuid, p_letter uuid, p_channel text) returns uuid
language sql volatile security definer
begin atomic
  with placed as materialized (
    select e.person from cx.notice_evidence e
    where e.person = p_person and e.letter = p_letter and e.channel = p_channel and e.event = 'placed' and not exists (
      select from cx.notice_evidence h where h.person = e.person and h.letter = e.letter and h.channel = e.channel
        and h.attempt = e.attempt and h.event in ('sent', 'refused', 'unanswered', 'skipped'))
    order by e.attempt desc limit 1)
  select case when cx.ledger_look_v1(array[p_token], array[k.person], array[p_id], array['notice.deliver'], array[''],
                                     array[p_letter::text], null) = 1 then k.person end
  from placed k
  union all
  select case when cx.refuse_v1('NOTICE-08') then p_id end where not exists (select from placed);
end;
grant execute on function cx.notice_errand_look_v1(bytea, uuid, uuid, uuid, text) to worker;

-- The address of the letter that a look of the platform names.
create function cx.notice_address_v1(p_token bytea, p_person uuid, p_look uuid, p_kind text) returns setof cx.notice_contact_row_v1
language sql volatile security definer
begin atomic
  select case when 'contact' = any (cx.ledger_require_look_v1(p_token, p_person, p_look, 'notice.deliver'))
              then true else cx.refuse_v1('LOOK-02') end;
  select cx.ledger_shown_v1(array[p_person], array[p_look], array['contact'],
    array[(select count(*)::integer from cx.notice_contacts_v1(p_person) c where c.kind = p_kind)]);
  select c.* from cx.notice_contacts_v1(p_person) c where c.kind = p_kind;
end;
grant execute on function cx.notice_address_v1(bytea, uuid, uuid, text) to worker;

-- The record that it is about, from which its text is made.
create function cx.notice_errand_record_v1(p_token bytea, p_person uuid, p_look uuid) returns setof cx.records_own_row_v1
language sql volatile security definer
begin atomic
  select case when 'record' = any (cx.ledger_require_look_v1(p_token, p_person, p_look, 'notice.deliver'))
              then true else cx.refuse_v1('LOOK-02') end;
  select cx.ledger_shown_v1(array[p_person], array[p_look], array['record'], array[1]);
  select w.* from cx.ledger_register g
  join cx.notice_letter l on l.person = g.person and l.letter::text = g.case_ref
  cross join lateral cx.records_rows_v1(p_person, l.record) w
  where g.person = p_person and g.id = p_look and w.version = l.record_version;
end;
grant execute on function cx.notice_errand_record_v1(bytea, uuid, uuid) to worker;

-- Keeps the words that go by post or stand behind a public notice before they go, and answers the words that are kept: a second try sends the same. The look is
-- the one that the record was read under; LOOK-02: it is about another letter.
create function cx.notice_keep_v1(p_token bytea, p_person uuid, p_look uuid, p_letter uuid, p_channel text, p_digest bytea, p_sealed bytea)
returns setof cx.notice_copy_row_v1 language plpgsql volatile security definer set search_path = pg_catalog, cx, pg_temp as $$
declare v_act uuid := gen_random_uuid();
begin
  if not ('record' = any (cx.ledger_require_look_v1(p_token, p_person, p_look, 'notice.deliver')) and exists (
      select from cx.ledger_register g where g.person = p_person and g.id = p_look and g.case_ref = p_letter::text)) then
    perform cx.refuse_v1('LOOK-02');
  end if;
  if not exists (select from cx.notice_copy c where c.person = p_person and c.letter = p_letter and c.channel = p_channel) then
    perform cx.notice_servable_v1(p_person, p_letter);
    perform cx.ledger_act_v1(p_token, array[p_person], array[v_act], 'notice.deliver', encode(p_digest, 'hex'));
    insert into cx.notice_copy (person, letter, channel, act, digest, sealed)
    values (p_person, p_letter, p_channel, v_act, p_digest, p_sealed) on conflict do nothing;
  end if;
  return query select c.channel, c.digest, c.digest, c.sealed from cx.notice_copy c
    where c.person = p_person and c.letter = p_letter and c.channel = p_channel;
end $$;
grant execute on function cx.notice_keep_v1(bytea, uuid, uuid, uuid, text, bytea, bytea) to worker;

-- Hands an attempt over (交付结果): sent, refused, unanswered, or skipped where there is no address. True when it was written
-- now; one that was handed over stays as it is. NOTICE-08: it was never placed.
create function cx.notice_settle_v1(p_token bytea, p_person uuid, p_letter uuid, p_channel text, p_attempt integer, p_event text,
  p_reason text) returns boolean language plpgsql volatile security definer set search_path = pg_catalog, cx, pg_temp as $$
declare v_act uuid := gen_random_uuid(); v_handed boolean;
begin
  perform cx.ledger_duty_v1(p_token, 'notice.deliver');
  select bool_or(e.event in ('sent', 'refused', 'unanswered', 'skipped')) into v_handed from cx.notice_evidence e
  where e.person = p_person and e.letter = p_letter and e.channel = p_channel and e.attempt = p_attempt;
  if v_handed is null or p_event not in ('sent', 'refused', 'unanswered', 'skipped') then perform cx.refuse_v1('NOTICE-08'); end if;
  update cx.notice_open o set held_until = null where o.person = p_person and o.letter = p_letter;
  if v_handed then return false; end if;
  perform cx.ledger_act_v1(p_token, array[p_person], array[v_act], 'notice.deliver', '');
  insert into cx.notice_evidence (person, evidence, act, letter, channel, attempt, event, reason, at, on_date, digest)
  values (p_person, gen_random_uuid(), v_act, p_letter, p_channel, p_attempt, p_event, p_reason, statement_timestamp(),
    cx.ledger_today_v1(), case when p_event = 'sent' then (select c.digest from cx.notice_copy c
      where c.person = p_person and c.letter = p_letter and c.channel = p_channel) end);
  return true;
end $$;
grant execute on function cx.notice_settle_v1(bytea, uuid, uuid, text, integer, text, text) to worker;

create type cx.notice_referred_v1 as (person uuid, letter uuid, channel text, attempt integer, item text);
-- Which attempt a carrier speaks of, by the reference it was given.
create function cx.notice_referred_v1(p_token bytea, p_reference uuid) returns setof cx.notice_referred_v1
language sql volatile security definer
begin atomic
  select cx.ledger_duty_v1(p_token, 'notice.deliver');
  select e.person, e.letter, e.channel, e.attempt, r.item from cx.notice_evidence e
  join cx.notice_letter l on l.person = e.person and l.letter = e.letter
  join cx.records_record r on r.person = l.person and r.record = l.record
  where e.evidence = p_reference and e.event = 'placed' and e.channel in ('sms', 'post');
end;
grant execute on function cx.notice_referred_v1(bytea, uuid) to worker;

-- What a carrier reports (投递回报): delivered, bounced, returned. A post letter that the person signed for is served, and the
-- waiting period runs from today; p_wait_until may only be later. Told once; a second time changes nothing. NOTICE-13: a report
-- about what was never handed over, or from another day than between handing over and today.
create function cx.notice_report_v1(p_token bytea, p_person uuid, p_letter uuid, p_channel text, p_attempt integer, p_event text,
  p_reason text, p_on date, p_wait_until date) returns boolean
language plpgsql volatile security definer set search_path = pg_catalog, cx, pg_temp as $$
declare v_act uuid := gen_random_uuid(); v_letter cx.notice_letter; v_last cx.records_event; v_placed date;
begin
  perform cx.ledger_duty_v1(p_token, 'notice.deliver');
  select l.* into v_letter from cx.notice_letter l where l.person = p_person and l.letter = p_letter for update;
  if exists (select from cx.notice_evidence e where e.person = p_person and e.letter = p_letter and e.channel = p_channel
             and e.attempt = p_attempt and e.event in ('delivered', 'bounced', 'returned')) then return false; end if;
  select e.on_date into v_placed from cx.notice_evidence e where e.person = p_person and e.letter = p_letter
    and e.channel = p_channel and e.attempt = p_attempt and e.event in ('sent', 'unanswered');
  if (p_on between v_placed and cx.ledger_today_v1()) is not true or p_event not in ('delivered', 'bounced', 'returned') then
    perform cx.refuse_v1('NOTICE-13');
  end if;
  perform cx.ledger_act_v1(p_token, array[p_person], array[v_act], 'notice.deliver', '');
  insert into cx.notice_evidence (person, evidence, act, letter, channel, attempt, event, reason, at, on_date)
  values (p_person, gen_random_uuid(), v_act, p_letter, p_channel, p_attempt, p_event, p_reason, statement_timestamp(), p_on);
  update cx.notice_open o set due_on = cx.ledger_today_v1(), held_until = null where o.person = p_person and o.letter = p_letter;
  if p_channel <> 'post' or p_event <> 'delivered' then return true; end if;
  perform cx.notice_count_served_v1(p_person, p_letter);
  delete from cx.notice_open o where o.person = p_person and o.letter = p_letter;  -- signed for: it is not on its way any more
  select h.* into v_last from cx.records_hold_v1(p_person, v_letter.record) h;
  -- What no longer waits for this letter (opened meanwhile, withdrawn, corrected, ended) is not served by it.
  if exists (select from cx.records_rows_v1(p_person, v_letter.record) w
             where w.state = 'PROPOSED' and w.version = v_letter.record_version) then
    perform cx.notice_served_v1('notice.deliver', p_person, p_letter, v_act, v_last.seq + 1, p_on, p_wait_until);
  end if;
  return true;
end $$;
grant execute on function cx.notice_report_v1(bytea, uuid, uuid, text, integer, text, text, date, date) to worker;

-- Serves a letter whose public notice has ended (公告期满): the waiting period runs from today. NOTICE-09: there is none, it runs
-- still, or its words were not kept. What no longer waits for this letter is not served by it.
create function cx.notice_deem_v1(p_token bytea, p_person uuid, p_letter uuid, p_wait_until date) returns boolean
language plpgsql volatile security definer set search_path = pg_catalog, cx, pg_temp as $$
declare v_act uuid := gen_random_uuid(); v_letter cx.notice_letter; v_last cx.records_event; v_digest bytea;
begin
  perform cx.ledger_duty_v1(p_token, 'notice.deliver');
  select l.* into v_letter from cx.notice_letter l where l.person = p_person and l.letter = p_letter for update;
  select c.digest into v_digest from cx.notice_public p
  join cx.notice_copy c on c.person = p.person and c.letter = p.letter and c.channel = 'public'
  where p.person = p_person and p.letter = p_letter and p.ends_on < cx.ledger_today_v1();
  if v_digest is null then perform cx.refuse_v1('NOTICE-09'); end if;
  select h.* into v_last from cx.records_hold_v1(p_person, v_letter.record) h;
  delete from cx.notice_open o where o.person = p_person and o.letter = p_letter;
  if not exists (select from cx.records_rows_v1(p_person, v_letter.record) w
                 where w.state = 'PROPOSED' and w.version = v_letter.record_version) then return false; end if;
  perform cx.ledger_act_v1(p_token, array[p_person], array[v_act], 'notice.deliver', '');
  insert into cx.notice_evidence (person, evidence, act, letter, channel, attempt, event, at, on_date, digest)
  values (p_person, gen_random_uuid(), v_act, p_letter, 'public', 1, 'delivered', statement_timestamp(), cx.ledger_today_v1(), v_digest);
  perform cx.notice_count_served_v1(p_person, p_letter);
  perform cx.notice_served_v1('notice.deliver', p_person, p_letter, v_act, v_last.seq + 1, cx.ledger_today_v1(), p_wait_until);
  return true;
end $$;
grant execute on function cx.notice_deem_v1(bytea, uuid, uuid, date) to worker;
