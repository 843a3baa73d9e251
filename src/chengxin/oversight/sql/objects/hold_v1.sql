-- An open incident needs the lines of its scope (事件留存): expiry asks here before it erases one.
create or replace function cx.expiry_asked_for_v1(p_at timestamptz, p_organisation text, p_activity text) returns boolean
language sql stable
return exists (
  select from cx.oversight_incident i
  cross join lateral (select e.to_state from cx.oversight_event e where e.incident = i.incident order by e.seq desc limit 1) l
  cross join lateral (select e.body from cx.oversight_event e where e.incident = i.incident and e.activity = 'incident.scope'
                      order by e.seq desc limit 1) s
  where l.to_state not in ('closed', 'dismissed') and cx.oversight_matches_v1(s.body, p_at, p_organisation, p_activity));
