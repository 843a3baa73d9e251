-- The Merkle log (存证日志): its tables, and the stop rules that every look and every effect ask. Nothing personal is in it.

-- One row per origin. After a restore that lost lines a new origin follows, whose first leaf is the predecessor.
create table cx.ledger_log (
  log integer primary key check (log > 0),
  origin text not null unique,
  public_key text not null,              -- note verifier key, its name is the origin
  begun_at timestamptz not null,
  predecessor text not null              -- last witnessed checkpoint of the log before; '' for the first
);

-- Numbers of the stop rules (停止规则), dated; the latest that has begun holds.
create table cx.ledger_log_limit (
  name text not null check (name in ('look', 'effect', 'apart', 'witness')),
  valid_from date not null,
  seconds integer not null check (seconds > 0),
  basis text not null,
  primary key (name, valid_from)
);
insert into cx.ledger_log_limit (name, valid_from, seconds, basis) values
  ('look', '2026-01-01', 900, 'R0.6：登记行十五分钟没有进入日志，停止查看'),
  ('effect', '2026-01-01', 14400, 'R0.6：四小时没有外部见证，不利信息停止产生作用'),
  ('apart', '2026-01-01', 120, 'R0.6：登记时间与检查点时间最多相差两分钟'),
  ('witness', '2026-01-01', 60, 'R0.6：外部见证的间隔，也就是内部人员最多能截去的一段');

-- One row, which the sequencer moves on: where the log stands, who writes it, until when looks and effects may go on.
-- Several sequencers of a cluster have a row each, by bucket and with the epoch of their node (docs/adr/0036).
create table cx.ledger_log_state (
  bucket integer primary key check (bucket = 0),
  log integer not null,                  -- 0: no log was begun
  size bigint not null,
  epoch integer not null,                -- (epoch, xid, id): the last line that is in the log
  xid xid8 not null,
  id uuid not null,
  cluster bigint not null,               -- system identifier of the cluster whose xids these are
  drain smallint not null check (drain between 0 and 3), -- 1 and 3: compare now, first and last time; 2: wait for the last
  drained integer not null,              -- epoch whose lines are compared one by one; 0: none
  drained_at timestamptz not null,       -- when its end was noticed, and what was under way then
  drained_to xid8 not null,
  holder uuid not null,                  -- the sequencer that holds the lease
  lease_until timestamptz not null,
  clear_at timestamptz not null,         -- no line older than this waits
  look_until timestamptz not null,
  cosigned_size bigint not null,
  cosigned_at timestamptz not null,      -- when the quorum of witnesses had cosigned it
  effect_until timestamptz not null,
  halted text not null,                  -- why the log must not go on; '' while it may
  taken bytea not null default '',       -- the batch under way: hash of its entries, and where cursor and clock will stand
  taken_xid xid8 not null default '0',
  taken_id uuid not null default '00000000-0000-0000-0000-000000000000',
  taken_drained boolean not null default false,
  taken_clear timestamptz not null default 'epoch'
);
insert into cx.ledger_log_state values (0, 0, 0, 1, '0', '00000000-0000-0000-0000-000000000000', 0, 0, 0, 'epoch', '0',
  '00000000-0000-0000-0000-000000000000', 'epoch', 'epoch', 'epoch', 0, 'epoch', 'epoch', '');

-- Entry bundles (level -1) and tiles from level 1 up; a tile of level 0 is the hashes of a bundle's entries, and whoever
-- reads makes it of them. An unfinished one is replaced as it grows, a full one never.
create table cx.ledger_log_tile (
  log integer not null,
  level smallint not null check (level = -1 or level between 1 and 7),
  n bigint not null check (n >= 0),
  width smallint not null check (width between 1 and 256),
  data bytea not null,
  primary key (log, level, n),
  check (length(data) = width * case when level = -1 then 35 else 32 end)
);
alter table cx.ledger_log_tile alter column data set storage external;

-- One per batch. The cursor says which lines the batch holds; unwitnessed ones are thinned out after a day.
create table cx.ledger_log_checkpoint (
  log integer not null,
  size bigint not null check (size > 0),
  at timestamptz not null,
  root bytea not null check (length(root) = 32),
  note text not null,
  epoch integer not null,
  xid xid8 not null,
  id uuid not null,
  drained boolean not null,              -- taken in by comparison, so that the cursor does not order it
  primary key (log, size)                -- two sequencers cannot both write a size
);
create index ledger_log_day on cx.ledger_log_checkpoint (at, size);
create index ledger_log_cursor on cx.ledger_log_checkpoint (epoch, xid, id) where not drained;
create index ledger_log_drained on cx.ledger_log_checkpoint (log, size) where drained;

-- What witnesses outside have signed under a checkpoint.
create table cx.ledger_log_cosignature (
  log integer not null,
  size bigint not null,
  witness text not null,                 -- name of the witness's key
  at timestamptz not null,               -- the witness's own clock
  line text not null,
  primary key (log, size, witness)
);

-- What an audit found (日志审计), written down by the database as it compares; lines are named by their place, never by person.
create table cx.ledger_log_audit (
  id uuid primary key,
  log integer not null,
  began_at timestamptz not null,
  ended_at timestamptz,                  -- null: under way, or left by whoever audited
  first bigint not null,
  size bigint not null,                  -- up to where rows were compared with leaves
  lines bigint not null,
  gone bigint not null,                  -- leaves whose line was erased
  finding text not null,                 -- '' where everything agrees, else a word of ledger.words.FINDINGS
  place bigint not null                  -- first differing leaf, -1 where there is none
);

-- A finding that an auditor has looked into and answers for (已确认的发现). Only one that says "late": what was altered, is missing
-- or is signed by nobody stays a finding whatever anybody says.
create table cx.ledger_log_acknowledged (
  act uuid primary key,
  log integer not null,
  kind text not null,
  first bigint not null check (first >= 0),
  last bigint not null check (last >= first),
  reason text not null,
  constraint "AUDIT-01" check (kind = 'apart'),
  constraint "AUDIT-02" check (btrim(reason) <> '' and length(reason) <= 200)
);

-- The number of a stop rule that is in force today.
create function cx.ledger_log_limit_v1(p_name text) returns interval
language sql stable
begin atomic
  select make_interval(secs => l.seconds) from cx.ledger_log_limit l
  where l.name = p_name and l.valid_from <= (statement_timestamp() at time zone 'Asia/Shanghai')::date
  order by l.valid_from desc limit 1;
end;

-- LOG-02: nothing adverse acts while no witness outside has seen the log grow. The effect gate asks; it answers, it does
-- not refuse, so that a person's own pages go on. A real installation without a log counts as unwitnessed. One row, and
-- written so that it becomes part of the query that asks.
create function cx.ledger_witnessed_v1() returns setof boolean
language sql stable
begin atomic
  select case when s.log = 0 then d.mode <> 'production' else statement_timestamp() <= s.effect_until end
  from cx.ledger_log_state s cross join cx.ledger_deployment d;
end;
