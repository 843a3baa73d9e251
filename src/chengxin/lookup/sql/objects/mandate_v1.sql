-- Mandates (委托): a person lets another read who looked, until a day. Nobody represents anybody without one.

create table cx.lookup_mandate (
  person uuid not null,                  -- who gives it
  mandate uuid not null,
  act uuid not null,
  receiver bytea not null check (length(receiver) = 32),  -- keyed hash of the receiver's number and name; neither is stored
  relation text not null,
  given_on date not null,
  valid_to date not null,                -- the last day
  primary key (person, mandate),
  constraint "MANDATE-02" check (relation in ('spouse', 'parent', 'child', 'relative', 'lawyer', 'other'))
);
-- Taken back: good from that moment.
create table cx.lookup_mandate_end (
  person uuid not null,
  mandate uuid not null,
  act uuid not null,
  at timestamptz not null,
  primary key (person, mandate)
);

-- Gives a mandate. MANDATE-03: its last day is past, or later than the dated parameter allows. MANDATE-04: to oneself, under
-- whichever of their files.
create function cx.lookup_mandate_give_v1(p_person uuid, p_mandate uuid, p_act uuid, p_receiver bytea, p_relation text, p_to date)
returns void language sql volatile security definer
begin atomic
  select cx.ledger_require_acts_v1(array[p_person], array[p_act], 'mandate.give');
  select case when (p_to >= cx.ledger_today_v1()
      and p_to <= (cx.ledger_today_v1() + cx.catalog_period_v1('mandate_longest', '', cx.ledger_today_v1()))::date) is not true
    then cx.refuse_v1('MANDATE-03') else true end;
  select case when exists (select from cx.people_key k where k.person = any (cx.people_same_v1(p_person)) and k.pair_hmac = p_receiver)
    then cx.refuse_v1('MANDATE-04') else true end;
  -- A button pressed twice gives once: the second would stand after the first was taken back. One at a time.
  select p.person from cx.people_person p where p.person = p_person for no key update;
  insert into cx.lookup_mandate
  select p_person, p_mandate, p_act, p_receiver, p_relation, cx.ledger_today_v1(), p_to
  where not exists (
    select from cx.lookup_mandate m
    where m.person = p_person and (m.receiver, m.relation, m.valid_to) = (p_receiver, p_relation, p_to)
      and not exists (select from cx.lookup_mandate_end e where e.person = m.person and e.mandate = m.mandate));
end;
grant execute on function cx.lookup_mandate_give_v1(uuid, uuid, uuid, bytea, text, date) to web;

-- Takes it back. MANDATE-05: it is not one of this person's, or has been taken back.
create function cx.lookup_mandate_end_v1(p_person uuid, p_mandate uuid, p_act uuid) returns void
language sql volatile security definer
begin atomic
  select cx.ledger_require_acts_v1(array[p_person], array[p_act], 'mandate.end');
  select case when exists (select from cx.lookup_mandate m where m.person = p_person and m.mandate = p_mandate
      and not exists (select from cx.lookup_mandate_end e where e.person = m.person and e.mandate = m.mandate))
    then true else cx.refuse_v1('MANDATE-05') end;
  insert into cx.lookup_mandate_end values (p_person, p_mandate, p_act, statement_timestamp());
end;
grant execute on function cx.lookup_mandate_end_v1(uuid, uuid, uuid) to web;

create type cx.lookup_mandate_v1 as (mandate uuid, relation text, given_on date, valid_to date, ended_at timestamptz, good boolean);
-- The person's own mandates (我的委托), the newest first.
create function cx.lookup_mandates_v1(p_token bytea, p_person uuid, p_look uuid) returns setof cx.lookup_mandate_v1
language sql volatile security definer
begin atomic
  select case when 'register' = any (cx.ledger_require_look_v1(p_token, p_person, p_look, 'person.own'))
    then true else cx.refuse_v1('LOOK-02') end;
  select cx.ledger_shown_v1(array[p_person], array[p_look], array['register'],
    array[(select count(*)::integer from cx.lookup_mandate m where m.person = p_person)]);
  select m.mandate, m.relation, m.given_on, m.valid_to, e.at, e.at is null and m.valid_to >= cx.ledger_today_v1()
  from cx.lookup_mandate m left join cx.lookup_mandate_end e on e.person = m.person and e.mandate = m.mandate
  where m.person = p_person order by m.given_on desc, m.mandate desc;
end;
grant execute on function cx.lookup_mandates_v1(bytea, uuid, uuid) to web;
