-- Which organisations report and which may look (单位名册): open to everybody, from duties, purposes and permissions as they are.

create type cx.oversight_organisation_v1 as (code text, name text, kind text, area text, area_name text, valid_from date,
  valid_to date, successor text, successor_name text, reports_since date, looks_since date, handles_since date);
-- Every organisation that ever was one. reports: holds the duty to report. looks: a purpose of the register lets it ask. handles:
-- another duty shows it fields of persons. Only days on which the duty was held count; an ended one keeps its days. p_code '': all.
create function cx.oversight_organisations_v1(p_code text) returns setof cx.oversight_organisation_v1
language sql stable security definer
begin atomic
  with held as materialized (
    select a.organisation, d.duty, min(d.valid_from) as since
    from cx.people_duty d join cx.people_account a on a.account = d.account and a.disabled_at is null and a.kind <> 'citizen'
    where d.valid_from <= cx.ledger_today_v1() and (d.valid_to is null or d.valid_to >= cx.ledger_today_v1())
    group by a.organisation, d.duty
  ), may as materialized (
    select h.organisation, min(h.since) filter (where h.duty = 'data_officer') as reports,
      min(h.since) filter (where exists (select from cx.people_purpose u where u.duty = h.duty
        and u.valid_from <= cx.ledger_today_v1() and (u.valid_to is null or u.valid_to >= cx.ledger_today_v1()))) as looks,
      min(h.since) filter (where exists (select from cx.people_permission m where m.duty = h.duty and not m.own
        and cardinality(m.fields) > 0)) as handles
    from held h group by h.organisation
  )
  select o.code, o.name, o.kind, o.area, coalesce(r.name, o.area), o.valid_from, o.valid_to, coalesce(o.successor, ''),
    coalesce(s.name, ''), m.reports, m.looks, m.handles
  from cx.people_organisation o
  left join cx.people_area r on r.code = o.area
  left join cx.people_organisation s on s.code = o.successor
  left join may m on m.organisation = o.code
  where p_code in ('', o.code) order by r.kind <> 'city', r.kind = 'zone', o.area, o.name, o.code;
end;
grant execute on function cx.oversight_organisations_v1(text) to web;
