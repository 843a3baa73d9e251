-- Erasure of register lines (登记行到期销毁): row and salt go, and the leaf keeps a mark under which rule. Every proof goes on
-- verifying, also one of an erased line that its person kept: nothing of the log itself is touched.

-- What became of a leaf's line. A leaf without a row and without a mark is a deleted line: the audit names it.
create table cx.ledger_erased (
  log integer not null,
  place bigint not null,
  rule text not null,
  on_date date not null,
  primary key (log, place)
);

-- From which leaf on tiles of level 0 and bundles are served (最小序号, C2SP pruning): what lies before is past its retention. They
-- are denied, not deleted: proofs and audits of this installation go on. Always a whole tile.
create table cx.ledger_minimum (
  log integer primary key,
  place bigint not null check (place >= 0 and place % 256 = 0)
);

-- Everything up to this line is past its retention. Internal: the door of expiry says so.
create function cx.ledger_past_v1(p_person uuid, p_id uuid) returns void
language sql volatile
begin atomic
  insert into cx.ledger_minimum as m
  select p.log, (p.place + 1) / 256 * 256 from cx.ledger_log_place_v1(p_person, p_id) p
  on conflict (log) do update set place = greatest(m.place, excluded.place);
end;

-- The minimum of a log; 0 while everything is served.
create function cx.ledger_minimum_v1(p_log integer) returns bigint
language sql stable security definer
begin atomic
  select coalesce((select m.place from cx.ledger_minimum m where m.log = p_log), 0);
end;
grant execute on function cx.ledger_minimum_v1(integer) to web;

-- Whether a line whose checkpoint is of this time is past its retention on that day, under this rule. The room that knows the
-- dated number replaces this body (expiry), as people does with the verifier; until then nothing is past. Internal.
create function cx.ledger_past_due_v1(p_at timestamptz, p_rule text, p_on date) returns boolean
language sql stable
return false and p_at is null and p_rule is null and p_on is null;

-- Destroys lines; internal, the door of expiry says which. A line that the log does not hold yet stays, unless there is no log,
-- and so does one that the log took in later than it was written, until its checkpoint too is past its time: the audit has only
-- the checkpoint to judge a mark by. Returns how many are gone.
create function cx.ledger_erase_v1(p_persons uuid[], p_ids uuid[], p_rule text) returns integer
language sql volatile
begin atomic
  with line as materialized (
    select r.person, r.id, r.epoch, r.xid, r.commitment from unnest(p_persons, p_ids) as n(person, id)
    cross join lateral (select g.* from cx.ledger_register g where g.person = n.person and g.id = n.id offset 0) r
  ), part as materialized (
    -- Few batches for many lines: each batch's leaves are read once.
    select distinct c.log, cx.ledger_log_before_v1(c.log, c.size) as first, c.size,
      cx.ledger_past_due_v1(c.at, p_rule, cx.ledger_today_v1()) as due
    from line l cross join lateral (
      (select k.log, k.size, k.at from cx.ledger_log_checkpoint k
       where not k.drained and k.epoch = l.epoch and (k.xid, k.id) >= (l.xid, l.id)
       order by k.epoch, k.xid, k.id, k.log, k.size limit 1)
      union all
      select k.log, k.size, k.at from cx.ledger_log_checkpoint k where k.drained and k.epoch = l.epoch) c
  ), leaf as materialized (
    select p.log, v.place, v.commitment from part p
    cross join lateral cx.ledger_log_leaves_v1(p.log, p.first, p.size) v where p.due and v.version = 1
  ), found as materialized (
    select l.person, l.id, f.log, f.place from line l left join leaf f on f.commitment = l.commitment
    where f.log is not null or not exists (select from cx.ledger_log)
  ), marked as (
    insert into cx.ledger_erased
    select f.log, f.place, p_rule, cx.ledger_today_v1() from found f where f.log is not null returning 1
  ), gone as (
    delete from cx.ledger_register r using found f where r.person = f.person and r.id = f.id returning 1)
  select count(*)::integer from gone;
end;

-- What the audit asks: a leaf without a line and without a mark is a finding. A mark counts only for a line that was past its
-- time on the mark's day, and that day has come: a mark made by hand hides nothing younger. Of what is older a leaf does not say
-- whether it was a look or an act, so there the owner's mark and an erasure look alike.
create or replace function cx.ledger_log_erased_v1(p_log integer, p_from bigint, p_to bigint) returns setof bigint
language sql stable
begin atomic
  with mark as materialized (
    select e.place, e.rule, e.on_date, c.at from cx.ledger_erased e
    cross join lateral (select k.at from cx.ledger_log_checkpoint k where k.log = e.log and k.size > e.place
                        order by k.size limit 1) c
    where e.log = p_log and e.place >= p_from and e.place < p_to
  ), good as materialized (
    -- Few days and few batches for many marks.
    select m.at, m.rule, m.on_date from (select distinct d.at, d.rule, d.on_date from mark d) m
    where m.on_date <= cx.ledger_today_v1() and cx.ledger_past_due_v1(m.at, m.rule, m.on_date))
  select m.place from mark m join good g on g.at = m.at and g.rule = m.rule and g.on_date = m.on_date;
end;

create type cx.ledger_erased_v1 as (place bigint, rule text, on_date date);
-- Which leaves' lines were erased, and under which rule (按规则销毁的叶子); nothing personal.
create function cx.ledger_erased_v1(p_log integer, p_from bigint, p_to bigint) returns setof cx.ledger_erased_v1
language sql stable security definer
begin atomic
  select e.place, e.rule, e.on_date from cx.ledger_erased e
  where e.log = p_log and e.place >= p_from and e.place < p_to order by e.place;
end;
grant execute on function cx.ledger_erased_v1(integer, bigint, bigint) to worker;
