-- The sequencer (排序程序): role log only. It takes lines in the order of their commit and appends them; it sees commitments.

-- Begins the first log (开始存证). Once begun nothing but the owner's hand ends it, and the witnesses would go on asking.
create function cx.ledger_log_begin_v1(p_origin text, p_key text) returns integer
language plpgsql volatile security definer set search_path = pg_catalog, cx, pg_temp as $$
declare v cx.ledger_log_state;
begin
  select s.* into v from cx.ledger_log_state s for update;
  if v.log > 0 then
    if not exists (select from cx.ledger_log l where l.log = v.log and l.origin = p_origin and l.public_key = p_key) then
      perform cx.refuse_v1('LOG-05');
    end if;
    return v.log;
  end if;
  insert into cx.ledger_log values (1, p_origin, p_key, statement_timestamp(), '');
  update cx.ledger_log_state s set log = 1, epoch = d.epoch, cluster = (select c.system_identifier from pg_control_system() c),
    clear_at = statement_timestamp(), look_until = statement_timestamp() + cx.ledger_log_limit_v1('look'),
    cosigned_at = statement_timestamp(), effect_until = statement_timestamp() + cx.ledger_log_limit_v1('effect')
  from cx.ledger_deployment d;
  return 1;
end $$;
grant execute on function cx.ledger_log_begin_v1(text, text) to log;

-- A log that follows another (新的日志): granted to nobody, the owner's hand after a restore that lost lines.
create function cx.ledger_log_follow_v1(p_origin text, p_key text, p_predecessor text) returns integer
language sql volatile
begin atomic
  insert into cx.ledger_log
  select s.log + 1, p_origin, p_key, statement_timestamp(), p_predecessor from cx.ledger_log_state s where s.log > 0;
  update cx.ledger_log_state s set log = s.log + 1, size = 0, cosigned_size = 0, halted = '', taken = '',
    cosigned_at = statement_timestamp(), effect_until = statement_timestamp() + cx.ledger_log_limit_v1('effect')
  where s.log > 0
  returning s.log;
end;

-- Takes a log that ends back to where what witnesses saw and what stands here part (截到分叉处): granted to nobody, the owner's
-- hand before another log follows. Lines above it are then in no log, and the next one takes them: the cursor stands at the
-- last batch that stays, and what was taken in by comparison is compared again. What was published stays under its number.
create function cx.ledger_log_cut_v1(p_size bigint) returns bigint
language sql volatile
begin atomic
  delete from cx.ledger_log_cosignature w using cx.ledger_log_state s where w.log = s.log and w.size > p_size;
  update cx.ledger_log_state s set epoch = k.epoch, xid = k.xid, id = k.id, drain = case when s.drained > 0 then 1 else 0 end
  from (select c.log, c.size, c.epoch, c.xid, c.id from cx.ledger_log_checkpoint c join cx.ledger_log_state o on not c.drained
          and (c.log < o.log or (c.log = o.log and c.size <= p_size))
        union all
        select 0, 0, coalesce(min(c.epoch), max(o.epoch)), '0', '00000000-0000-0000-0000-000000000000'
        from cx.ledger_log_state o left join cx.ledger_log_checkpoint c on c.log = 1
        order by 1 desc, 2 desc limit 1) k
  where p_size < s.size;
  delete from cx.ledger_log_checkpoint c using cx.ledger_log_state s where c.log = s.log and c.size > p_size;
  delete from cx.ledger_log_tile t using cx.ledger_log_state s
  where t.log = s.log and t.n * 256 >= p_size >> (8 * greatest(t.level, 0));
  update cx.ledger_log_tile t set width = k.width, data = substr(t.data, 1, k.width * case when t.level = -1 then 35 else 32 end)
  from (select f.log, f.level, f.n, least((p_size >> (8 * greatest(f.level, 0))) - f.n * 256, 256)::integer as width
        from cx.ledger_log_tile f join cx.ledger_log_state s on s.log = f.log) k
  where t.log = k.log and t.level = k.level and t.n = k.n and k.width < t.width;
  select p_size;
end;

-- Renews the lease, by a minute at most, or refuses LOG-03 (another holds it, or the log is halted) and answers the state,
-- its row held until the end of the transaction. A new incarnation of the register is noticed here: restored, or copied into
-- a new cluster, where xids begin again. What is left of the old one is then compared line by line, at once and a last time when
-- everything that was under way at the change has ended.
create function cx.ledger_log_lease_v1(p_holder uuid, p_seconds integer) returns cx.ledger_log_state
language plpgsql volatile set search_path = pg_catalog, cx, pg_temp as $$
declare v cx.ledger_log_state; v_cluster bigint; v_epoch integer;
begin
  update cx.ledger_log_state s set holder = p_holder,
    lease_until = statement_timestamp() + make_interval(secs => least(p_seconds, 60)),
    drain = case when s.drain = 2 and s.drained_at < statement_timestamp() - interval '2 minutes'
                   and s.drained_to < pg_snapshot_xmin(pg_current_snapshot()) then 3 else s.drain end
  where s.log > 0 and s.halted = '' and (s.holder = p_holder or s.lease_until < statement_timestamp())
  returning * into v;
  if not found then
    perform cx.refuse_v1('LOG-03');
  end if;
  select c.system_identifier into v_cluster from pg_control_system() c;
  select d.epoch into v_epoch from cx.ledger_deployment d;
  if v.cluster <> v_cluster and v_epoch = v.epoch then
    update cx.ledger_deployment d set epoch = d.epoch + 1 returning d.epoch into v_epoch;
  end if;
  if v.epoch <> v_epoch then
    update cx.ledger_log_state s set cluster = v_cluster, epoch = v_epoch, xid = '0', drain = 1, drained = v.epoch,
      id = '00000000-0000-0000-0000-000000000000', drained_at = statement_timestamp(), drained_to = pg_current_xact_id()
    returning * into v;
  end if;
  return v;
end $$;

create type cx.ledger_log_batch_v1 as (lines integer, entries bytea, xid xid8, id uuid);

-- The next lines of an epoch, in the order (xid, id), below everything that may still commit: as they stand in the bundles.
create function cx.ledger_log_next_v1(p_epoch integer, p_xid xid8, p_id uuid, p_limit integer) returns cx.ledger_log_batch_v1
language sql stable
begin atomic
  with taken as materialized (
    select r.xid, r.id, r.commitment from cx.ledger_register r
    where r.epoch = p_epoch and (r.xid, r.id) > (p_xid, p_id) and r.xid < pg_snapshot_xmin(pg_current_snapshot())
    order by r.xid, r.id limit p_limit)
  select (count(*), string_agg('\x002101'::bytea || k.commitment, ''::bytea order by k.xid, k.id),
    (select l.xid from taken l order by l.xid desc, l.id desc limit 1),
    (select l.id from taken l order by l.xid desc, l.id desc limit 1))::cx.ledger_log_batch_v1
  from taken k;
end;

-- Lines of an old incarnation that no log has: all of them are compared with all leaves, as one hashed set.
create function cx.ledger_log_left_v1(p_epoch integer, p_limit integer) returns cx.ledger_log_batch_v1
language sql stable
begin atomic
  with leaf as materialized (
    select substr(l.data, 35 * i + 4, 32) as commitment
    from cx.ledger_log_tile l cross join lateral generate_series(0, l.width - 1) i where l.level = -1
  ), taken as materialized (
    select r.xid, r.id, r.commitment from cx.ledger_register r
    where r.epoch = p_epoch and not exists (select from leaf f where f.commitment = r.commitment)
    order by r.xid, r.id limit p_limit)
  select (count(*), string_agg('\x002101'::bytea || k.commitment, ''::bytea order by k.xid, k.id),
    (select l.xid from taken l order by l.xid desc, l.id desc limit 1),
    (select l.id from taken l order by l.xid desc, l.id desc limit 1))::cx.ledger_log_batch_v1
  from taken k;
end;

-- Nothing older than this waits: looks may go on for as long as the stop rule says. Never a time to come: it would end the
-- rule for good.
create function cx.ledger_log_clear_v1(p_at timestamptz) returns boolean
language sql volatile
begin atomic
  update cx.ledger_log_state s set clear_at = greatest(s.clear_at, least(p_at, statement_timestamp())),
    look_until = greatest(s.clear_at, least(p_at, statement_timestamp())) + cx.ledger_log_limit_v1('look')
  returning true;
end;

-- What a round takes: the log's head, how many lines, and the entries to append.
create type cx.ledger_log_take_v1 as (log integer, size bigint, origin text, lines integer, entries bytea);

-- What is to be appended now (取一批). Where there is nothing, that is said in the state at once; else the state keeps what the
-- batch is, so that exactly this can be appended, and where cursor and clock then stand: the sequencer chooses none of it. SESSION-04:
-- in a snapshot that stands still nothing would wait.
create function cx.ledger_log_take_v1(p_holder uuid, p_seconds integer, p_limit integer) returns cx.ledger_log_take_v1
language plpgsql volatile security definer set search_path = pg_catalog, cx, pg_temp as $$
declare v cx.ledger_log_state; b cx.ledger_log_batch_v1; l cx.ledger_log; v_drained boolean := false; v_clear timestamptz; v_all bytea;
begin
  perform cx.ledger_fresh_v1();
  v := cx.ledger_log_lease_v1(p_holder, p_seconds);
  select g.* into l from cx.ledger_log g where g.log = v.log;
  if v.drain in (1, 3) then
    b := cx.ledger_log_left_v1(v.drained, p_limit);
    v_drained := b.lines > 0;
    if not v_drained then
      update cx.ledger_log_state s set drain = case s.drain when 1 then 2 else 0 end;
    end if;
  end if;
  if v_drained then
    v_clear := v.clear_at;
  else
    b := cx.ledger_log_next_v1(v.epoch, v.xid, v.id, p_limit);
    -- Whatever is visible and stays behind waits: for a transaction that does not end, or for the next round.
    select r.at into v_clear from cx.ledger_register r
    where (r.epoch, r.xid, r.id) > (v.epoch, coalesce(b.xid, v.xid), coalesce(b.id, v.id))
    order by r.epoch, r.xid, r.id limit 1;
    v_clear := coalesce(v_clear, statement_timestamp());
  end if;
  v_all := case when v.size = 0 and l.predecessor <> '' then '\x002102'::bytea || sha256(convert_to(l.predecessor, 'UTF8'))
                else '' end || coalesce(b.entries, '');
  update cx.ledger_log_state s set taken = case when v_all = '' then '' else sha256(v_all) end, taken_xid = coalesce(b.xid, v.xid),
    taken_id = coalesce(b.id, v.id), taken_drained = v_drained, taken_clear = v_clear;
  if v_all = '' then
    perform cx.ledger_log_clear_v1(v_clear);
  end if;
  return (v.log, v.size, l.origin, b.lines, v_all)::cx.ledger_log_take_v1;
end $$;
grant execute on function cx.ledger_log_take_v1(uuid, integer, integer) to log;

-- Appends the batch that was taken (追加一批): tiles, checkpoint and cursor in one transaction. LOG-04: not the holder any more, not
-- the next size, or the bundles do not hold exactly the entries that were taken. An unfinished tile only grows.
create function cx.ledger_log_append_v1(p_holder uuid, p_old bigint, p_size bigint, p_root bytea, p_note text, p_levels smallint[],
  p_ns bigint[], p_widths smallint[], p_tiles bytea[]) returns bigint
language plpgsql volatile security definer set search_path = pg_catalog, cx, pg_temp as $$
declare v cx.ledger_log_state; v_tiles integer;
begin
  select s.* into v from cx.ledger_log_state s
  where s.holder = p_holder and s.halted = '' and s.size = p_old and p_size > p_old and s.taken <> '' for update;
  if not found then
    perform cx.refuse_v1('LOG-04');
  end if;
  insert into cx.ledger_log_checkpoint (log, size, at, root, note, epoch, xid, id, drained)
  values (v.log, p_size, statement_timestamp(), p_root, p_note, case when v.taken_drained then v.drained else v.epoch end,
    v.taken_xid, v.taken_id, v.taken_drained);
  insert into cx.ledger_log_tile as t (log, level, n, width, data)
  select v.log, k.level, k.n, k.width, k.data from unnest(p_levels, p_ns, p_widths, p_tiles) as k(level, n, width, data)
  on conflict (log, level, n) do update set width = excluded.width, data = excluded.data
  where excluded.width > t.width and substr(excluded.data, 1, length(t.data)) = t.data;
  get diagnostics v_tiles = row_count;
  if v_tiles <> cardinality(p_tiles) or (
      -- As many as there are places: none stays empty between two bundles, to be filled later.
      select max(t.n * 256 + t.width) = p_size and sum(t.width - greatest(p_old - t.n * 256, 0)) = p_size - p_old
        and sha256(string_agg(
          substr(t.data, (35 * greatest(p_old - t.n * 256, 0))::integer + 1), ''::bytea order by t.n)) = v.taken
      from cx.ledger_log_tile t where t.log = v.log and t.level = -1 and t.n >= p_old / 256) is not true then
    perform cx.refuse_v1('LOG-04');
  end if;
  update cx.ledger_log_state s set size = p_size, taken = '', xid = case when v.taken_drained then s.xid else v.taken_xid end,
    id = case when v.taken_drained then s.id else v.taken_id end;
  perform cx.ledger_log_clear_v1(v.taken_clear);
  return p_size;
end $$;
grant execute on function cx.ledger_log_append_v1(uuid, bigint, bigint, bytea, text, smallint[], bigint[], smallint[], bytea[]) to log;

-- A cosignature that the sequencer has verified (共同签名).
create function cx.ledger_log_cosign_v1(p_log integer, p_size bigint, p_witness text, p_at timestamptz, p_line text)
returns boolean language sql volatile security definer
begin atomic
  insert into cx.ledger_log_cosignature (log, size, witness, at, line)
  select c.log, c.size, p_witness, p_at, p_line from cx.ledger_log_checkpoint c where c.log = p_log and c.size = p_size
  on conflict (log, size, witness) do update set at = excluded.at, line = excluded.line;
  select true;
end;
grant execute on function cx.ledger_log_cosign_v1(integer, bigint, text, timestamptz, text) to log;

-- As many witnesses as the policy asks have cosigned this size, at that time; never a time to come, nor one later than the
-- cosignatures that are kept under it. The database cannot verify those: audit and doctor do, against the policy.
create function cx.ledger_log_witnessed_v1(p_log integer, p_size bigint, p_at timestamptz) returns boolean
language sql volatile security definer
begin atomic
  update cx.ledger_log_state s set cosigned_size = greatest(s.cosigned_size, p_size),
    cosigned_at = greatest(s.cosigned_at, w.at),
    effect_until = greatest(s.cosigned_at, w.at) + cx.ledger_log_limit_v1('effect')
  from (select least(p_at, max(c.at), statement_timestamp()) as at from cx.ledger_log_cosignature c
        where c.log = p_log and c.size = p_size having count(*) > 0) w
  where s.log = p_log and p_size between s.cosigned_size and s.size
  returning true;
end;
grant execute on function cx.ledger_log_witnessed_v1(integer, bigint, timestamptz) to log;

-- The log must not go on (停止追加): a witness knows it longer or otherwise. Only a new log ends it.
create function cx.ledger_log_halt_v1(p_why text) returns boolean
language sql volatile security definer
begin atomic
  update cx.ledger_log_state s set halted = p_why where s.halted = '' returning true;
end;
grant execute on function cx.ledger_log_halt_v1(text) to log;

-- Thins out checkpoints older than a day that nobody has cosigned: the last of each minute stays, and every batch taken in
-- by comparison. A window of lines then reaches to the next checkpoint that is left, up to a minute later: where that could make a
-- line count as late that was not, the checkpoint stays too.
create function cx.ledger_log_thin_v1() returns bigint
language sql volatile security definer
begin atomic
  with gone as (
    delete from cx.ledger_log_checkpoint c
    where c.at < statement_timestamp() - interval '1 day' and not c.drained
      and not exists (select from cx.ledger_log_cosignature w where w.log = c.log and w.size = c.size)
      and exists (select from cx.ledger_log_checkpoint n where n.log = c.log and n.size > c.size and not n.drained
                    and date_trunc('minute', n.at) = date_trunc('minute', c.at))
      and not exists (
        select from (select coalesce(max(k.size), 0) as size from cx.ledger_log_checkpoint k
                     where k.log = c.log and k.size < c.size and not k.drained) b
        left join cx.ledger_log_checkpoint p on p.log = c.log and p.size = b.size and p.epoch = c.epoch
        join cx.ledger_register r on r.epoch = c.epoch and (r.xid, r.id) <= (c.xid, c.id)
          and (r.xid, r.id) > (coalesce(p.xid, '0'), coalesce(p.id, '00000000-0000-0000-0000-000000000000'))
        where r.at < c.at - cx.ledger_log_limit_v1('apart') + interval '1 minute')
    returning 1)
  select count(*) from gone;
end;
grant execute on function cx.ledger_log_thin_v1() to log;

create type cx.ledger_log_head_v1 as (log integer, origin text, public_key text, predecessor text, size bigint, at timestamptz,
  root bytea, note text);

-- Newest checkpoint of the current log, signed and, where asked, cosigned by the quorum.
create function cx.ledger_log_head_v1(p_cosigned boolean) returns setof cx.ledger_log_head_v1
language sql stable security definer
begin atomic
  select l.log, l.origin, l.public_key, l.predecessor, c.size, c.at, c.root,
    c.note || coalesce((select string_agg(w.line, '' order by w.witness) from cx.ledger_log_cosignature w
                        where w.log = c.log and w.size = c.size), '')
  from cx.ledger_log_state s join cx.ledger_log l on l.log = s.log
  join cx.ledger_log_checkpoint c on c.log = s.log and c.size = case when p_cosigned then s.cosigned_size else s.size end;
end;
grant execute on function cx.ledger_log_head_v1(boolean) to log, web, worker;

-- The newest checkpoints of any log, also of one that ended, with what witnesses signed under them (已结束日志的检查点).
create function cx.ledger_log_last_v1(p_log integer, p_cosigned boolean, p_limit integer) returns setof text
language sql stable security definer
begin atomic
  select c.note || coalesce(w.lines, '')
  from cx.ledger_log_checkpoint c
  left join lateral (select string_agg(s.line, '' order by s.witness) as lines from cx.ledger_log_cosignature s
                     where s.log = c.log and s.size = c.size) w on true
  where c.log = p_log and (w.lines is not null or not p_cosigned)
  order by c.size desc limit p_limit;
end;
grant execute on function cx.ledger_log_last_v1(integer, boolean, integer) to log, web;

-- One tile or bundle as it stands; tiles are public.
create function cx.ledger_log_tile_v1(p_log integer, p_level smallint, p_n bigint) returns bytea
language sql stable security definer
begin atomic
  select t.data from cx.ledger_log_tile t where t.log = p_log and t.level = p_level and t.n = p_n;
end;
grant execute on function cx.ledger_log_tile_v1(integer, smallint, bigint) to log, web, worker;

create type cx.ledger_log_status_v1 as (log integer, origin text, size bigint, clear_at timestamptz, look_until timestamptz,
  cosigned_size bigint, cosigned_at timestamptz, effect_until timestamptz, halted text, now timestamptz, look interval,
  effect interval, witness interval);

-- How the log stands (存证日志的状态); for everybody, nothing personal is in it.
create function cx.ledger_log_status_v1() returns setof cx.ledger_log_status_v1
language sql stable security definer
begin atomic
  select s.log, coalesce(l.origin, ''), s.size, s.clear_at, s.look_until, s.cosigned_size, s.cosigned_at, s.effect_until, s.halted,
    statement_timestamp(), cx.ledger_log_limit_v1('look'), cx.ledger_log_limit_v1('effect'), cx.ledger_log_limit_v1('witness')
  from cx.ledger_log_state s left join cx.ledger_log l on l.log = s.log;
end;
grant execute on function cx.ledger_log_status_v1() to log, web, worker;
