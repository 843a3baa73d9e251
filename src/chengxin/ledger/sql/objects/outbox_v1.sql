-- The outbox (发件箱): what other rooms must hear of, written with the change itself. No identity in a payload.

create table cx.ledger_outbox (
  person uuid not null,
  id uuid not null,
  at timestamptz not null,
  topic text not null,
  payload jsonb not null,
  done_at timestamptz,
  primary key (person, id)
);
create index ledger_outbox_due on cx.ledger_outbox (at, id) where done_at is null;

create type cx.ledger_event_v1 as (person uuid, id uuid, topic text, payload jsonb);

create function cx.ledger_emit_v1(p_persons uuid[], p_topic text, p_payloads jsonb[])
returns integer language sql volatile security definer
begin atomic
  with written as (
    insert into cx.ledger_outbox (person, id, at, topic, payload)
    select e.person, gen_random_uuid(), statement_timestamp(), p_topic, e.payload
    from unnest(p_persons, p_payloads) as e(person, payload) returning 1)
  select count(*)::integer from written;
end;

-- Takes due events and marks them in the same transaction as their effect: a crash takes neither.
create function cx.ledger_outbox_take_v1(p_token bytea, p_limit integer) returns setof cx.ledger_event_v1
language sql volatile security definer
begin atomic
  select cx.ledger_duty_v1(p_token, 'flow.drain');
  update cx.ledger_outbox o set done_at = statement_timestamp()
  from (select d.person, d.id from cx.ledger_outbox d where d.done_at is null
        order by d.at, d.id limit p_limit for update skip locked) due
  where o.person = due.person and o.id = due.id
  returning o.person, o.id, o.topic, o.payload;
end;
grant execute on function cx.ledger_outbox_take_v1(bytea, integer) to worker;
