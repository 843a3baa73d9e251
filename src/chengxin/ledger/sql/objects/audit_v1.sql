-- The audit of the log (日志审计) and the place of a line in it. Counts and places leave here, nothing of a line's content.

-- Which leaves a checkpoint added: from the size before it on.
create function cx.ledger_log_before_v1(p_log integer, p_size bigint) returns bigint
language sql stable security definer
begin atomic
  select coalesce((select c.size from cx.ledger_log_checkpoint c where c.log = p_log and c.size < p_size
                   order by c.size desc limit 1), 0);
end;
grant execute on function cx.ledger_log_before_v1(integer, bigint) to log, worker;

create type cx.ledger_log_leaf_v1 as (place bigint, version integer, commitment bytea);

-- Leaves from one place up to another, out of the entry bundles.
create function cx.ledger_log_leaves_v1(p_log integer, p_from bigint, p_to bigint) returns setof cx.ledger_log_leaf_v1
language sql stable
begin atomic
  select t.n * 256 + i, get_byte(t.data, 35 * i + 2), substr(t.data, 35 * i + 4, 32)
  from cx.ledger_log_tile t cross join lateral generate_series(0, t.width - 1) i
  where t.log = p_log and t.level = -1 and t.n between p_from / 256 and (p_to - 1) / 256
    and t.n * 256 + i >= p_from and t.n * 256 + i < p_to;
end;

create type cx.ledger_log_place_v1 as (log integer, place bigint, commitment bytea);

-- Where a line stands in the log (存证位置); no row while it is not yet there. Found by its commitment in the batch that the
-- cursor says (a log that followed may begin at the cursor of the one before: the earlier batch holds it), or in those
-- that were taken in by comparison: no column of the register is ever changed for it. Internal: the door that calls it
-- says who may ask.
create function cx.ledger_log_place_v1(p_person uuid, p_id uuid) returns setof cx.ledger_log_place_v1
language sql stable
begin atomic
  with line as materialized (
    select r.epoch, r.xid, r.id, r.commitment from cx.ledger_register r where r.person = p_person and r.id = p_id
  ), part as materialized (
    (select c.log, cx.ledger_log_before_v1(c.log, c.size) as first, c.size
     from line l cross join lateral (
       select k.log, k.size from cx.ledger_log_checkpoint k
       where not k.drained and k.epoch = l.epoch and (k.xid, k.id) >= (l.xid, l.id)
       order by k.epoch, k.xid, k.id, k.log, k.size limit 1) c)
    union all
    select c.log, cx.ledger_log_before_v1(c.log, c.size), c.size
    from line l join cx.ledger_log_checkpoint c on c.drained and c.epoch = l.epoch)
  select f.log, f.place, f.commitment
  from line l cross join part p
  cross join lateral (select p.log, v.place, v.commitment from cx.ledger_log_leaves_v1(p.log, p.first, p.size) v
                      where v.version = 1 and v.commitment = l.commitment) f
  order by f.log, f.place limit 1;
end;

-- Places whose line was destroyed under a rule (到期销毁). The ledger erases nothing: until `expiry` replaces this body there is
-- none, and every leaf without a line is a finding.
create function cx.ledger_log_erased_v1(p_log integer, p_from bigint, p_to bigint) returns setof bigint
language sql stable
begin atomic
  select f.place from cx.ledger_log_leaves_v1(p_log, p_from, p_to) f where false;
end;

create type cx.ledger_log_part_v1 as (size bigint, first bigint, lines bigint, erased bigint, missing bigint, unknown bigint,
  altered bigint, place bigint, apart interval);

-- The commitment of a line as its row says now.
create function cx.ledger_log_remade_v1(r cx.ledger_register) returns bytea
language sql stable
return cx.ledger_commitment_v1(r.salt, r.person, r.id, r.line, cx.ledger_tail_v1(r.at, r.session, r.actor, r.actor_kind,
  r.organisation, r.duty, r.activity, r.purpose, r.basis, r.case_ref, r.fields, r.look, r.outcome, r.shown, r.question));

-- One batch compared with the register, line by line: the commitments are made again from the rows.
--   lines: rows of the batch; erased: leaves whose row was destroyed under a rule; missing: other leaves without a row;
--   unknown: rows that no leaf commits to; altered: those of them that once were the row of a leaf, which is missing now;
--   place: first leaf of all these; apart: the most that a row's time is away from the checkpoint's.
create function cx.ledger_log_part_v1(p_log integer, p_size bigint) returns setof cx.ledger_log_part_v1
language sql stable security definer
begin atomic
  with part as materialized (
    select c.log, c.size, c.at, c.epoch, c.xid, c.id, c.drained, cx.ledger_log_before_v1(c.log, c.size) as first,
      (select l.begun_at from cx.ledger_log l where l.log = c.log) as begun,
      p.epoch as old_epoch, p.xid as old_xid, p.id as old_id
    from cx.ledger_log_checkpoint c
    left join lateral (select k.epoch, k.xid, k.id from cx.ledger_log_checkpoint k
                       where not k.drained and k.epoch = c.epoch and (k.xid, k.id) <= (c.xid, c.id)
                         and (k.log, k.size) < (c.log, c.size)
                       order by k.epoch desc, k.xid desc, k.id desc, k.log desc, k.size desc limit 1) p on true
    where c.log = p_log and c.size = p_size
  ), leaf as materialized (
    select f.place, f.commitment from part p cross join lateral cx.ledger_log_leaves_v1(p.log, p.first, p.size) f where f.version = 1
  ), late as materialized (
    -- Taken in by comparison later: these stand in another batch than their cursor says.
    select f.commitment from part p join cx.ledger_log_checkpoint d on d.drained and d.epoch = p.epoch and not p.drained
    cross join lateral cx.ledger_log_leaves_v1(d.log, cx.ledger_log_before_v1(d.log, d.size), d.size) f
  ), line as materialized (
    -- What was written before the log began could be in no checkpoint until then.
    select r.commitment as stored, cx.ledger_log_remade_v1(r) as commitment, p.at - greatest(r.at, p.begun) as apart
    from part p join cx.ledger_register r on not p.drained and r.epoch = p.epoch
      and (r.xid, r.id) > (coalesce(p.old_xid, '0'), coalesce(p.old_id, '00000000-0000-0000-0000-000000000000'))
      and (r.xid, r.id) <= (p.xid, p.id)
    where not exists (select from late l where l.commitment = r.commitment)
    union all
    select r.commitment, cx.ledger_log_remade_v1(r), p.at - r.at
    from part p cross join leaf f join cx.ledger_register r on p.drained and r.epoch = p.epoch and r.commitment = f.commitment
  ), met as materialized (
    select f.place, l.commitment is null as missing, f.place is null as unknown,
      l.commitment is null and f.place in (select e from part p cross join lateral cx.ledger_log_erased_v1(p.log, p.first, p.size) e)
        as erased,
      l.stored is not null and f.place is null and exists (select from leaf g where g.commitment = l.stored) as altered,
      (select g.place from leaf g where f.place is null and g.commitment = l.stored) as stood, l.apart
    from leaf f full join line l on l.commitment = f.commitment)
  select p.size, p.first, (select count(*) from line), (select count(*) from met m where m.erased),
    (select count(*) from met m where m.missing and not m.erased),
    (select count(*) from met m where m.unknown), (select count(*) from met m where m.altered),
    coalesce((select min(coalesce(m.place, m.stood)) from met m where (m.missing and not m.erased) or m.unknown), -1),
    coalesce((select max(greatest(m.apart, -m.apart)) from met m), interval '0')
  from part p;
end;
grant execute on function cx.ledger_log_part_v1(integer, bigint) to log, worker;

-- How far a line's time may be from its checkpoint's.
create function cx.ledger_log_apart_v1() returns interval
language sql stable security definer
begin atomic
  select cx.ledger_log_limit_v1('apart');
end;
grant execute on function cx.ledger_log_apart_v1() to log, worker;

create type cx.ledger_log_sizes_v1 as (size bigint, at timestamptz, root bytea, note text);

-- Checkpoints of a log after a size, in order.
create function cx.ledger_log_sizes_v1(p_log integer, p_after bigint, p_limit integer) returns setof cx.ledger_log_sizes_v1
language sql stable security definer
begin atomic
  select c.size, c.at, c.root, c.note || coalesce((select string_agg(w.line, '' order by w.witness)
    from cx.ledger_log_cosignature w where w.log = c.log and w.size = c.size), '')
  from cx.ledger_log_checkpoint c where c.log = p_log and c.size > p_after order by c.size limit p_limit;
end;
grant execute on function cx.ledger_log_sizes_v1(integer, bigint, integer) to log, worker;

-- Lines in the register that no checkpoint's cursor has reached, and how old the first is: what waits now.
create function cx.ledger_log_waiting_v1() returns bigint
language sql stable security definer
begin atomic
  select count(*) from (
    select 1 from cx.ledger_log_state s join cx.ledger_register r on (r.epoch, r.xid, r.id) > (s.epoch, s.xid, s.id)
    order by r.epoch, r.xid, r.id limit 10000) w;
end;
grant execute on function cx.ledger_log_waiting_v1() to log, worker;

create type cx.ledger_log_day_v1 as (log integer, size bigint, at timestamptz, root bytea, note text, witnesses text[]);

-- Checkpoints of a day in China that witnesses outside have cosigned, the newest first, after so many (当日检查点).
create function cx.ledger_log_day_v1(p_day date, p_limit integer, p_skip integer) returns setof cx.ledger_log_day_v1
language sql stable security definer
begin atomic
  select c.log, c.size, c.at, c.root, c.note || w.lines, w.names
  from cx.ledger_log_checkpoint c
  cross join lateral (select string_agg(s.line, '' order by s.witness) as lines, array_agg(s.witness order by s.witness) as names
                      from cx.ledger_log_cosignature s where s.log = c.log and s.size = c.size) w
  where c.at >= p_day::timestamp at time zone 'Asia/Shanghai' and c.at < (p_day + 1)::timestamp at time zone 'Asia/Shanghai'
    and w.names is not null
  order by c.at desc, c.size desc limit p_limit offset p_skip;
end;
grant execute on function cx.ledger_log_day_v1(date, integer, integer) to web;

create type cx.ledger_log_logs_v1 as (log integer, origin text, public_key text, begun_at timestamptz, predecessor text);

-- Every log of this installation: the first, and those that followed after a loss.
create function cx.ledger_log_logs_v1() returns setof cx.ledger_log_logs_v1
language sql stable security definer
begin atomic
  select l.log, l.origin, l.public_key, l.begun_at, l.predecessor from cx.ledger_log l order by l.log;
end;
grant execute on function cx.ledger_log_logs_v1() to log, web, worker;

create type cx.ledger_log_audit_v1 as (log integer, began_at timestamptz, ended_at timestamptz, first bigint, size bigint, lines bigint,
  gone bigint, finding text, place bigint);

-- Keeps what an audit found; NULL where it claims leaves that the log does not have, or is of a log that there is none of.
create function cx.ledger_log_audited_v1(p_id uuid, p_log integer, p_began timestamptz, p_first bigint, p_size bigint,
  p_lines bigint, p_gone bigint, p_finding text, p_place bigint) returns boolean
language sql volatile security definer
begin atomic
  insert into cx.ledger_log_audit (id, log, began_at, ended_at, first, size, lines, gone, finding, place)
  select p_id, l.log, least(p_began, statement_timestamp()), statement_timestamp(), p_first, p_size, p_lines, p_gone, p_finding, p_place
  from cx.ledger_log l
  where l.log = p_log and p_first between 0 and p_size
    and p_size <= coalesce((select max(c.size) from cx.ledger_log_checkpoint c where c.log = l.log), 0)
  returning true;
end;
grant execute on function cx.ledger_log_audited_v1(uuid, integer, timestamptz, bigint, bigint, bigint, bigint, text, bigint) to log, worker;

-- The latest audits, for everybody: an audit that fails is nothing to hide.
create function cx.ledger_log_audits_v1(p_limit integer) returns setof cx.ledger_log_audit_v1
language sql stable security definer
begin atomic
  select a.log, a.began_at, a.ended_at, a.first, a.size, a.lines, a.gone, a.finding, a.place
  from cx.ledger_log_audit a order by a.ended_at desc, a.id limit p_limit;
end;
grant execute on function cx.ledger_log_audits_v1(integer) to log, web, worker;
