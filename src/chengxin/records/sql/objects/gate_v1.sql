-- The effect gate (效力闸门). Every consumer reads through it; closing it is the one act that ends all use.

-- Latest event of each record of these persons.
create function cx.records_latest_v1(p_persons uuid[]) returns setof cx.records_event
language sql stable
begin atomic
  select e.* from cx.records_event e
  where e.person = any (p_persons)
    and not exists (select from cx.records_event n
                    where n.person = e.person and n.record = e.record and n.seq = e.seq + 1);
end;

create type cx.records_gate_row_v1 as (person uuid, record uuid, item text, item_version integer, authority text,
  authority_name text, doc_no text, decided_on date, severity text, display_end date, effective_on date);

-- Served, waited (or accepted), not frozen, of somebody living, not past its end, batch closed, item and bases in force today. A record stays
-- under the version of the item it came in by; whether the item is in force is asked of the item as it stands today.
create function cx.records_gate_v1(p_persons uuid[]) returns setof cx.records_gate_row_v1
language sql stable
begin atomic
  -- Day and catalog are asked once for all persons, not once for each record.
  -- Nothing adverse acts while the log is not witnessed (LOG-02).
  with today as materialized (select cx.ledger_today_v1() as day, w.witnessed from cx.ledger_witnessed_v1() w(witnessed)),
  force as materialized (select i.code, i.polarity from today t cross join lateral cx.catalog_in_force_v1(t.day) i
                         where t.witnessed or i.polarity <> 'adverse')
  select r.person, r.record, r.item, r.item_version, r.authority, r.authority_name, r.doc_no, v.decided_on, v.severity,
         v.display_end, e.effective_on
  from today t
  join cx.records_event e on e.person = any (p_persons) and e.to_state = 'EFFECTIVE' and e.effective_on <= t.day
  join cx.records_record r on r.person = e.person and r.record = e.record
  join cx.records_version v on v.person = e.person and v.record = e.record and v.display_end > t.day and v.retained_until > t.day
  join force i on i.code = r.item and e.adverse = (i.polarity = 'adverse')
  where not exists (select from cx.records_event n
                    where n.person = e.person and n.record = e.record and n.seq = e.seq + 1)
    and not exists (select from cx.records_version w
                    where w.person = v.person and w.record = v.record and w.version = v.version + 1)
    and exists (select from cx.records_batch b where b.batch = v.batch)
    -- Nothing acts upon somebody who counts as deceased, under whichever of their files it was told. Most people have one file,
    -- and nothing was ever told about it: two looks into small indexes say so.
    and case when not exists (select from cx.people_standing d where d.person = e.person)
                  and not exists (select from cx.people_link l where l.person = e.person)
             then true else cx.people_lives_v1(e.person) end;
end;
