-- Organisations come, change their name and end by a dated act of two administrators (机构改革).

-- Whether a code is one (统一社会信用代码, GB 32100-2015): alphabet, length, check character. Internal.
create function cx.people_uscc_v1(p_code text) returns boolean
language sql immutable parallel safe
return p_code ~ '^[0-9A-HJ-NP-RTUWXY]{18}$' and (
  select sum((strpos('0123456789ABCDEFGHJKLMNPQRTUWXY', substr(p_code, i, 1)) - 1)
    * case when i = 18 then 1 else (array[1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28])[i] end) % 31
  from generate_series(1, 18) i) = 0;

-- Refuses a change that does not fit what is registered. ORG-01: the code. ORG-02: name, area, kind or the one above. ORG-03: there
-- already, unknown, or ended. ORG-04: the successor. ORG-05: the day. ORG-06: administrators work there. Internal.
create function cx.people_organisation_fit_v1(p_kind text, p_code text, p_detail jsonb) returns void
language plpgsql volatile set search_path = pg_catalog, cx, pg_temp as $$
declare
  v_there cx.people_organisation; v_on date := p_detail ->> 'on'; v_today date := cx.ledger_today_v1();
  v_successor text := nullif(p_detail ->> 'successor', ''); v_parent text := nullif(p_detail ->> 'parent', '');
begin
  select o.* into v_there from cx.people_organisation o where o.code = p_code for update;
  if p_kind in ('organisation.open', 'organisation.rename') and coalesce(length(btrim(p_detail ->> 'name')), 0) not between 2 and 60 then
    perform cx.refuse_v1('ORG-02');
  end if;
  if v_on is null then perform cx.refuse_v1('ORG-05'); end if;
  if p_kind = 'organisation.open' then
    if not cx.people_uscc_v1(p_code) then perform cx.refuse_v1('ORG-01'); end if;
    if v_there.code is not null then perform cx.refuse_v1('ORG-03'); end if;
    if not exists (select from cx.people_area a where a.code = p_detail ->> 'area' and a.valid_from <= v_on
                   and (a.valid_to is null or a.valid_to >= v_on))
       or (v_parent is not null and not exists (select from cx.people_organisation o where o.code = v_parent
                   and (o.valid_to is null or o.valid_to >= v_on))) then
      perform cx.refuse_v1('ORG-02');
    end if;
    return;
  end if;
  if v_there.code is null or v_there.valid_to is not null then perform cx.refuse_v1('ORG-03'); end if;
  if p_kind = 'organisation.rename' then
    if p_detail ->> 'name' = v_there.name then perform cx.refuse_v1('ORG-02'); end if;
    if v_on > v_today or v_on < v_there.valid_from then perform cx.refuse_v1('ORG-05'); end if;
    return;
  end if;
  if v_on < v_today - 1 or v_on < v_there.valid_from then perform cx.refuse_v1('ORG-05'); end if;
  if v_successor is not null and (v_successor = p_code or not exists (
      select from cx.people_organisation o where o.code = v_successor and o.valid_from <= v_on + 1 and o.valid_to is null)) then
    perform cx.refuse_v1('ORG-04');
  end if;
  if exists (select from cx.people_account a where a.organisation = p_code and a.side = 'admin' and a.disabled_at is null) then
    perform cx.refuse_v1('ORG-06');
  end if;
end $$;

-- Carries a confirmed change out. The duties of an ended organisation end with it; its accounts are disabled by the tick of the
-- next day. Internal.
create function cx.people_organisation_do_v1(p_kind text, p_code text, p_detail jsonb) returns void
language plpgsql volatile set search_path = pg_catalog, cx, pg_temp as $$
declare v_on date := p_detail ->> 'on';
begin
  perform cx.people_organisation_fit_v1(p_kind, p_code, p_detail);
  if p_kind = 'organisation.open' then
    insert into cx.people_organisation (code, name, area, valid_from, kind, parent)
    values (p_code, btrim(p_detail ->> 'name'), p_detail ->> 'area', v_on, p_detail ->> 'kind', nullif(p_detail ->> 'parent', ''));
  elsif p_kind = 'organisation.rename' then
    update cx.people_organisation set name = btrim(p_detail ->> 'name') where code = p_code;
  elsif p_kind = 'organisation.close' then
    update cx.people_organisation set valid_to = v_on, successor = nullif(p_detail ->> 'successor', '') where code = p_code;
    update cx.people_duty d set valid_to = greatest(v_on, d.valid_from - 1) from cx.people_account a
    where a.account = d.account and a.organisation = p_code and (d.valid_to is null or d.valid_to > v_on);
  else
    perform cx.refuse_v1('ACCOUNT-11');
  end if;
end $$;

-- Proposes a change of the register of organisations (提出单位变更); it counts when another human has confirmed it. ACCOUNT-11: none of
-- the three kinds; a matter of another kind would not say to whoever confirms what it does.
create function cx.people_organisation_ask_v1(p_act uuid, p_kind text, p_code text, p_detail jsonb, p_reason text) returns void
language plpgsql volatile security definer set search_path = pg_catalog, cx, pg_temp as $$
declare v_names jsonb;
begin
  perform cx.ledger_require_acts_v1(array['00000000-0000-0000-0000-000000000000'::uuid], array[p_act], 'organisation.propose');
  if p_kind is null or p_kind not in ('organisation.open', 'organisation.rename', 'organisation.close') then
    perform cx.refuse_v1('ACCOUNT-11');
  end if;
  perform cx.people_organisation_fit_v1(p_kind, p_code, p_detail);
  -- What stands behind the codes, for whoever confirms and for the history.
  v_names := jsonb_build_object(
    'before', (select o.name from cx.people_organisation o where o.code = p_code),
    'area_name', (select a.name from cx.people_area a where a.code = p_detail ->> 'area'),
    'parent_name', (select o.name from cx.people_organisation o where o.code = p_detail ->> 'parent'),
    'successor_name', (select o.name from cx.people_organisation o where o.code = p_detail ->> 'successor'));
  perform cx.people_note_v1(p_act, p_kind, null, p_code, p_detail || v_names, p_reason, 'waiting', null);
end $$;
grant execute on function cx.people_organisation_ask_v1(uuid, text, text, jsonb, text) to web;

-- Who answers for the records of an organisation today (承接单位): itself, or once it has ended the last of its successors.
create function cx.people_answers_v1(p_code text) returns text
language sql stable parallel safe security definer
begin atomic
  with recursive chain(code, next, depth) as (
    select o.code, case when o.valid_to < cx.ledger_today_v1() then o.successor end, 1 from cx.people_organisation o where o.code = p_code
    union all
    select o.code, case when o.valid_to < cx.ledger_today_v1() then o.successor end, c.depth + 1
    from chain c join cx.people_organisation o on o.code = c.next where c.depth < 20
  )
  select c.code from chain c order by c.depth desc limit 1;
end;
grant execute on function cx.people_answers_v1(text) to web, worker;

create type cx.people_past_v1 as (kind text, on_date date, at timestamptz, before text, name text, successor text,
  successor_name text, basis text);
-- What happened to an organisation (单位沿革), the oldest first; open to everybody, so it names no account.
create function cx.people_past_v1(p_code text) returns setof cx.people_past_v1
language sql stable security definer
begin atomic
  select m.kind, (m.detail ->> 'on')::date, m.decided_at, coalesce(m.detail ->> 'before', ''), coalesce(m.detail ->> 'name', ''),
    coalesce(m.detail ->> 'successor', ''), coalesce(o.name, ''), m.reason
  from cx.people_matter m left join cx.people_organisation o on o.code = m.detail ->> 'successor'
  where m.organisation = p_code and m.state = 'confirmed' and m.kind like 'organisation.%'
  order by 2, 3;
end;
grant execute on function cx.people_past_v1(text) to web;
