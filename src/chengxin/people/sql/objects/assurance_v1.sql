-- How well a citizen must have proved who they are (最低认证等级), by activity. Dated data.

-- '*' stands for every activity that has no row of its own.
create table cx.people_minimum (
  activity text not null,
  level integer not null check (level between 1 and 3),
  basis text not null,
  valid_from date not null,
  valid_to date,
  primary key (activity, valid_from)
);
grant select on cx.people_minimum, cx.people_parameter to web, worker, engine;

-- The level in force today; 4, which nobody has, where none is.
create function cx.people_minimum_v1(p_activity text) returns integer
language sql stable security definer
begin atomic
  select coalesce((
    select m.level from cx.people_minimum m
    where m.activity in (p_activity, '*') and cx.ledger_today_v1() between m.valid_from and coalesce(m.valid_to, date 'infinity')
    order by m.activity = '*', m.valid_from desc limit 1), 4);
end;

-- ASSURE-01: a citizen's session was proved less well than the activity wants. The others' duties say what they may.
create function cx.people_assured_v1(p_session cx.ledger_session_row_v1, p_activity text) returns boolean
language sql stable security definer
begin atomic
  select case when (p_session).kind <> 'citizen' or (p_session).assurance >= cx.people_minimum_v1(p_activity)
    then true else cx.refuse_v1('ASSURE-01') end;
end;
