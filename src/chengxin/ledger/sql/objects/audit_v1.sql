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

-- The commitment of a line as its row says now.
create function cx.ledger_log_remade_v1(r cx.ledger_register) returns bytea
language sql stable
return cx.ledger_commitment_v1(r.salt, r.person, r.id, r.line, cx.ledger_tail_v1(r.at, r.session, r.actor, r.actor_kind,
  r.organisation, r.duty, r.activity, r.purpose, r.basis, r.case_ref, r.fields, r.look, r.outcome, r.shown, r.question));

-- What the act of acknowledging names as its case: the finding, and by a hash the reason, so that neither can be put to another.
create function cx.ledger_log_named_v1(p_log integer, p_kind text, p_first bigint, p_last bigint, p_reason text) returns text
language sql immutable
return concat(p_kind, ' ', p_log, ' ', p_first, '-', p_last, ' ', left(encode(sha256(convert_to(p_reason, 'UTF8')), 'hex'), 16));

create type cx.ledger_log_known_v1 as (act uuid, log integer, kind text, first bigint, last bigint, reason text, at timestamptz,
  organisation text, duty text, actor uuid);

-- Findings that an auditor has understood and answers for (已确认的发现), of one log or of all; each is a line of the register
-- itself, or it counts for nothing.
create function cx.ledger_log_known_v1(p_log integer) returns setof cx.ledger_log_known_v1
language sql stable security definer
begin atomic
  select a.act, a.log, a.kind, a.first, a.last, a.reason, r.at, r.organisation, r.duty, r.actor
  from cx.ledger_log_acknowledged a
  join cx.ledger_register r on r.person = '00000000-0000-0000-0000-000000000000' and r.id = a.act
  where r.line = 'act' and r.activity = 'log.acknowledge' and a.log = coalesce(p_log, a.log)
    and r.case_ref = cx.ledger_log_named_v1(a.log, a.kind, a.first, a.last, a.reason)
  order by r.at desc, a.act;
end;
grant execute on function cx.ledger_log_known_v1(integer) to log, web, worker;

create type cx.ledger_log_part_v1 as (size bigint, first bigint, lines bigint, erased bigint, missing bigint, unknown bigint,
  altered bigint, place bigint, late bigint, late_first bigint, late_last bigint, known bigint);

-- One batch compared with the register, line by line: the commitments are made again from the rows.
--   lines: rows of the batch; erased: leaves whose row was destroyed under a rule; missing: other leaves without a row;
--   unknown: rows that no leaf commits to; altered: those of them that once were the row of a leaf, which is missing now;
--   place: first leaf of all these; late: lines whose time is too far from the checkpoint's, from late_first to late_last;
--   known: the same, acknowledged by an auditor.
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
  ), limits as materialized (
    select cx.ledger_log_limit_v1('apart') as apart
  ), known as materialized (
    select k.first, k.last from cx.ledger_log_known_v1(p_log) k where k.kind = 'apart'
  ), met as materialized (
    select f.place, l.commitment is null as missing, f.place is null as unknown,
      l.commitment is null and f.place in (select e from part p cross join lateral cx.ledger_log_erased_v1(p.log, p.first, p.size) e)
        as erased,
      l.stored is not null and f.place is null and exists (select from leaf g where g.commitment = l.stored) as altered,
      (select g.place from leaf g where f.place is null and g.commitment = l.stored) as stood,
      f.place is not null and greatest(l.apart, -l.apart) > (select m.apart from limits m) as late,
      exists (select from known k where f.place between k.first and k.last) as known
    from leaf f full join line l on l.commitment = f.commitment)
  select p.size, p.first, (select count(*) from line), m.erased, m.missing, m.unknown, m.altered, coalesce(m.place, -1),
    m.late, coalesce(m.late_first, -1), coalesce(m.late_last, -1), m.known
  from part p cross join (
    select count(*) filter (where n.erased) as erased, count(*) filter (where n.missing and not n.erased) as missing,
      count(*) filter (where n.unknown) as unknown, count(*) filter (where n.altered) as altered,
      min(coalesce(n.place, n.stood)) filter (where (n.missing and not n.erased) or n.unknown) as place,
      count(*) filter (where n.late and not n.known) as late, min(n.place) filter (where n.late and not n.known) as late_first,
      max(n.place) filter (where n.late and not n.known) as late_last, count(*) filter (where n.late and n.known) as known
    from met n) m;
end;
create type cx.ledger_log_sizes_v1 as (size bigint, at timestamptz, root bytea, note text);

-- Checkpoints of a log after a size, in order.
create function cx.ledger_log_sizes_v1(p_log integer, p_after bigint, p_limit integer) returns setof cx.ledger_log_sizes_v1
language sql stable security definer
begin atomic
  select c.size, c.at, c.root, c.note || coalesce((select string_agg(w.line, '' order by w.witness)
    from cx.ledger_log_cosignature w where w.log = c.log and w.size = c.size), '')
  from cx.ledger_log_checkpoint c where c.log = p_log and c.size > p_after order by c.size limit p_limit;
end;

create type cx.ledger_log_checked_v1 as (size bigint, root bytea, note text, first bigint, lines bigint, erased bigint,
  missing bigint, unknown bigint, altered bigint, place bigint, late bigint, late_first bigint, late_last bigint);

-- The next checkpoints of a log after a size, each with its batch compared.
create function cx.ledger_log_checked_v1(p_log integer, p_after bigint, p_limit integer) returns setof cx.ledger_log_checked_v1
language sql stable security definer
begin atomic
  select s.size, s.root, s.note, f.first, f.lines, f.erased, f.missing, f.unknown, f.altered, f.place, f.late, f.late_first, f.late_last
  from cx.ledger_log_sizes_v1(p_log, p_after, p_limit) s cross join lateral cx.ledger_log_part_v1(p_log, s.size) f
  order by s.size;
end;
grant execute on function cx.ledger_log_checked_v1(integer, bigint, integer) to log, worker;

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

-- Begins an audit that is kept (开始审计), and says from which leaf. AUDIT-04: no such log, or it would begin after what audits have gone through,
-- so that a part of the log were in none.
create function cx.ledger_log_audit_begin_v1(p_id uuid, p_log integer, p_first bigint) returns bigint
language plpgsql volatile security definer set search_path = pg_catalog, cx, pg_temp as $$
declare v_first bigint := case when p_first > 0 then cx.ledger_log_before_v1(p_log, p_first + 1) else 0 end;
begin
  if p_first is null or p_first < 0 or not exists (select from cx.ledger_log l where l.log = p_log)
     or v_first > coalesce((select max(a.size) from cx.ledger_log_audit a where a.log = p_log and a.ended_at is not null), 0) then
    perform cx.refuse_v1('AUDIT-04');
  end if;
  delete from cx.ledger_log_audit a where a.ended_at is null and a.began_at < statement_timestamp() - interval '1 day';
  insert into cx.ledger_log_audit (id, log, began_at, first, size, lines, gone, finding, place)
  values (p_id, p_log, statement_timestamp(), v_first, v_first, 0, 0, '', -1);
  return v_first;
end $$;
grant execute on function cx.ledger_log_audit_begin_v1(uuid, integer, bigint) to log, worker;

-- Compares the next batches of an audit and writes down what that shows (审计一段): nobody says it but the rows. The comparing is
-- done before anything is written, so that no transaction holds the sequencer up. AUDIT-05: no such audit is under way. SESSION-04:
-- a snapshot that stands still may show rows as they were before they were altered.
create function cx.ledger_log_audit_step_v1(p_id uuid, p_limit integer) returns setof cx.ledger_log_checked_v1
language plpgsql volatile security definer set search_path = pg_catalog, cx, pg_temp as $$
declare v cx.ledger_log_audit; v_parts cx.ledger_log_checked_v1[]; v_finding text; v_place bigint;
begin
  perform cx.ledger_fresh_v1();
  select a.* into v from cx.ledger_log_audit a where a.id = p_id and a.ended_at is null;
  v_parts := array(select k from cx.ledger_log_checked_v1(v.log, v.size, p_limit) k order by k.size);
  select w.kind, case w.kind when 'apart' then w.late_first else w.place end into v_finding, v_place
  from (select k.*, case when k.altered > 0 then 'altered' when k.missing > 0 then 'missing' when k.unknown > 0 then 'unknown'
                         when k.late > 0 then 'apart' end as kind from unnest(v_parts) k) w
  where w.kind is not null order by w.kind = 'apart', w.size limit 1;
  -- The first stands, and what is worse than late stands above it.
  if v_finding is null or not (v.finding = '' or v.finding = 'apart' and v_finding <> 'apart') then
    v_finding := v.finding;
    v_place := v.place;
  end if;
  update cx.ledger_log_audit a set size = x.size, lines = a.lines + x.lines, gone = a.gone + x.gone, finding = v_finding, place = v_place
  from (select coalesce(max(k.size), v.size) as size, coalesce(sum(k.lines), 0) as lines, coalesce(sum(k.erased), 0) as gone
        from unnest(v_parts) k) x
  where a.id = p_id and a.ended_at is null and a.size = v.size;
  if not found then perform cx.refuse_v1('AUDIT-05'); end if;
  return query select k.* from unnest(v_parts) k;
end $$;
grant execute on function cx.ledger_log_audit_step_v1(uuid, integer) to log, worker;

-- Ends an audit (审计结束). What only the caller can see may be added: roots and signatures; nothing is taken back. AUDIT-05: no such
-- audit is under way, or without any finding it did not reach what was in the log when it began.
create function cx.ledger_log_audit_end_v1(p_id uuid, p_finding text) returns boolean
language plpgsql volatile security definer set search_path = pg_catalog, cx, pg_temp as $$
begin
  update cx.ledger_log_audit a set ended_at = statement_timestamp(),
    finding = case when a.finding in ('', 'apart') and p_finding <> '' then p_finding else a.finding end,
    place = case when a.finding in ('', 'apart') and p_finding <> '' then -1 else a.place end
  where a.id = p_id and a.ended_at is null and p_finding in ('', 'root', 'signature', 'quorum')
    and (p_finding <> '' or not exists (select from cx.ledger_log_checkpoint c
                                        where c.log = a.log and c.size > a.size and c.at <= a.began_at));
  if not found then perform cx.refuse_v1('AUDIT-05'); end if;
  return true;
end $$;
grant execute on function cx.ledger_log_audit_end_v1(uuid, text) to log, worker;

-- The latest audits, for everybody: an audit that fails is nothing to hide.
-- However many came since, of each log also the last whole one, and the last finding that no whole one begun after it has taken back.
create function cx.ledger_log_audits_v1(p_limit integer) returns setof cx.ledger_log_audit_v1
language sql stable security definer
begin atomic
  with ended as materialized (
    select a.*, row_number() over (order by a.ended_at desc, a.id) as n,
      row_number() over (partition by a.log, a.first = 0 order by a.ended_at desc, a.id) as whole,
      row_number() over (partition by a.log, a.finding <> '' order by a.ended_at desc, a.id) as found
    from cx.ledger_log_audit a where a.ended_at is not null)
  select e.log, e.began_at, e.ended_at, e.first, e.size, e.lines, e.gone, e.finding, e.place from ended e
  where e.n <= p_limit or (e.first = 0 and e.whole = 1) or (e.finding <> '' and e.found = 1 and not exists (
    select from ended w where w.log = e.log and w.first = 0 and w.finding = '' and w.began_at >= e.ended_at))
  order by e.n;
end;
grant execute on function cx.ledger_log_audits_v1(integer) to log, web, worker;
