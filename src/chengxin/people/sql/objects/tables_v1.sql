-- Persons, their identity vault, accounts and duties (自然人、身份保险库、账号、职责).

create table cx.people_person (
  person uuid primary key,                -- random; stands first in every person-scoped table
  act uuid not null,
  known_at timestamptz not null
);

-- Look-up group: the only place where the keyed hash of an identity number lives. No foreign key on purpose.
create table cx.people_key (
  id_hmac bytea not null check (length(id_hmac) = 32),
  key_version integer not null check (key_version between 1 and 1000),
  person uuid not null,
  id_type text not null,
  pair_hmac bytea not null check (length(pair_hmac) = 32),   -- number and name together, for the match / no match answer
  decoy uuid not null,                                       -- where looks were registered before the person was known
  act uuid not null,
  primary key (id_hmac)                                      -- one number, one person; another key gives another hash
);
create index people_key_person on cx.people_key (person);
create index people_key_decoy on cx.people_key (decoy);

-- The identity vault (身份保险库): only ciphertext; a new spelling or document is a new row.
create table cx.people_identity (
  person uuid not null,
  seq integer not null check (seq > 0),
  act uuid not null,
  known_at timestamptz not null,
  dek bytea not null,                     -- the person's own key, wrapped under the key ring
  sealed bytea not null,                  -- name, number, original spelling: AES-256-GCM bound to this row
  primary key (person, seq)
);

-- The human behind accounts (持有人), by keyed hash: one human is an administrator of the platform or works with its data, never
-- both, under however many accounts.
create table cx.people_holder (
  holder bytea primary key check (length(holder) = 32),
  side text not null check (side in ('business', 'admin')),
  unique (holder, side)
);

-- Accounts (账号): how somebody proves who they are, and what a person reads about them.
create table cx.people_account (
  account uuid primary key,
  login text not null unique check (login = lower(login)),
  kind text not null check (kind in ('citizen', 'staff', 'machine', 'system')),
  post text not null,                     -- what a person reads in "who looked": office and post, never a name
  person uuid,
  organisation text not null,
  password_hash text not null,            -- '': none
  password_on date,                       -- since when it is this one
  totp_sealed bytea,
  initial_until date,                     -- password and code are an administrator's until then; null: the holder's own
  totp_step bigint not null default 0,    -- a code is good once
  public_key bytea,                       -- Ed25519, machine clients
  holder bytea check (length(holder) = 32), -- staff: keyed hash of the holder's own identity number, against self-dealing
  side text not null default 'business' check (side in ('business', 'admin')),
  opened_on date not null,
  signed_on date,                         -- day of the last sign-in
  failures integer not null default 0,
  locked_until timestamptz,
  disabled_at timestamptz,
  constraint people_account_side unique (account, side),
  constraint "ACCOUNT-02" foreign key (holder, side) references cx.people_holder (holder, side) not deferrable,
  constraint "ACCOUNT-03" check (side = 'business' or (kind = 'staff' and holder is not null)),
  constraint "ACCOUNT-01" check ((kind = 'citizen') = (person is not null) and (kind <> 'machine' or public_key is not null))
);

-- One human, one administrator's account: three administrators are three humans (三员分立).
create unique index "ACCOUNT-04" on cx.people_account (holder) where side = 'admin';

-- Areas (区域): by their code of GB/T 2260; a development zone has none, so it has one of our own and says in which districts it
-- lies. Where its people's records are counted must not depend on a code that does not exist.
create table cx.people_area (
  code text primary key,
  name text not null,
  kind text not null check (kind in ('city', 'district', 'county', 'county_city', 'zone')),
  gb2260 text,
  hosts text[] not null,                  -- codes of the districts a zone lies in
  basis text not null,
  source text not null,
  valid_from date not null,
  valid_to date,
  constraint "ORG-02" check ((kind = 'zone') = (gb2260 is null) and (kind = 'zone') = (cardinality(hosts) > 0)
    and (gb2260 is null or (gb2260 = code and code ~ '^[0-9]{6}$')))
);
-- Organisations (单位): never deleted, since past lines name them. An ended one keeps its records; its successor answers for them.
create table cx.people_organisation (
  code text primary key,                  -- unified social credit code
  name text not null,
  area text not null,
  valid_from date not null,
  valid_to date,
  kind text not null default 'department' check (kind in ('department', 'area', 'zone', 'institution', 'court', 'school',
    'association', 'licensed', 'enterprise')),
  parent text,                            -- the organisation above it
  successor text check (successor <> code) -- who answers for its records once it has ended
);
-- Duties, permissions and purposes are the permission matrix as data; only the owner writes them.
-- Which account holds which duty (职责), and when.
create table cx.people_duty (
  account uuid not null,
  duty text not null,
  valid_from date not null,
  valid_to date,
  deputy_for uuid,                        -- in whose place (代理), only ever until a day
  side text not null generated always as (
    case when duty in ('system_admin', 'security_admin', 'audit_admin') then 'admin' else 'business' end) stored,
  primary key (account, duty, valid_from),
  check (valid_to is null or valid_to >= valid_from - 1),
  constraint "ACCOUNT-05" foreign key (account, side) references cx.people_account (account, side) not deferrable,
  constraint "ACCOUNT-08" check (deputy_for is null or (deputy_for <> account and valid_to is not null))
);
-- An administrator's account is one of the three, and stays it.
create unique index "ACCOUNT-06" on cx.people_duty (account) where side = 'admin';
-- Numbers of the sign-in that may change (登录参数), by day.
create table cx.people_parameter (
  name text not null,
  value integer not null check (value > 0),
  unit text not null,
  basis text not null,
  valid_from date not null,
  valid_to date,
  primary key (name, valid_from)
);
-- A number of the sign-in as it stands today; null where none is in force.
create function cx.people_parameter_v1(p_name text) returns integer language sql stable security definer
begin atomic
  select p.value from cx.people_parameter p
  where p.name = p_name and cx.ledger_today_v1() between p.valid_from and coalesce(p.valid_to, date 'infinity');
end;
-- The last day of what is handed over today. SIGNIN-09: no number says how long it opens a first sign-in; without one it would do so for
-- ever. Internal.
create function cx.people_initial_until_v1() returns date
language plpgsql stable set search_path = pg_catalog, cx, pg_temp as $$
declare v_days integer := cx.people_parameter_v1('initial_days');
begin
  if v_days is null then perform cx.refuse_v1('SIGNIN-09'); end if;
  return (statement_timestamp() at time zone 'Asia/Shanghai')::date + v_days;
end $$;
-- Which duty may do what, on what basis, and see what (权限矩阵).
create table cx.people_permission (
  activity text not null,
  duty text not null,
  own boolean not null,                   -- only about the person of the session
  basis text not null,
  fields text[] not null,
  fresh_minutes integer check (fresh_minutes > 0),  -- STEPUP-01: proved anew within so many minutes; null: the sign-in is enough
  primary key (activity, duty)
);
-- Ways to prove who one is (登录方式), each with what it proves at most and how long its sessions last.
create table cx.people_method (
  method text not null,
  kind text not null,                     -- of the account
  assurance integer not null check (assurance between 0 and 3),
  fresh boolean not null,                 -- signing in so counts as a step-up
  minutes integer not null check (minutes > 0),
  idle_minutes integer not null check (idle_minutes > 0),
  basis text not null,
  valid_from date not null,
  valid_to date,
  primary key (method, kind, valid_from)
);
-- What a look-up may be for (查询用途登记册): by whom, on what basis, how often, and what it tells.
create table cx.people_purpose (
  code text primary key,
  name text not null,
  activity text not null,
  duty text not null,
  basis text not null,
  fields text[] not null,
  items text[] not null,                  -- catalog items the purpose may ask about
  needs_case boolean not null,
  quota integer not null check (quota > 0), -- looks per actor and day
  valid_from date not null,
  valid_to date
);
grant select on cx.people_area, cx.people_organisation, cx.people_purpose, cx.people_permission, cx.people_method
  to web, worker, engine;
