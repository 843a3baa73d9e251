-- Somebody's own acts under one of several files, and the end of sessions.

-- Opens an act of the session's own person under one of their files, which is the session's own: DUTY-03, it is another of
-- theirs. DUTY-02: it is somebody else's.
create function cx.ledger_file_act_v1(p_token bytea, p_person uuid, p_id uuid, p_activity text, p_case text) returns uuid
language sql volatile security definer
begin atomic
  select case when cx.ledger_self_v1(s.person, p_person) then true else cx.refuse_v1('DUTY-02') end from cx.ledger_session_v1(p_token) s;
  select case when cx.ledger_act_v1(p_token, array[p_person], array[p_id], p_activity, p_case) = 1 then p_person end;
end;
grant execute on function cx.ledger_file_act_v1(bytea, uuid, uuid, text, text) to web;

-- Ends every open session of these persons (结束会话). Internal.
create function cx.ledger_close_of_v1(p_persons uuid[]) returns void language sql volatile
begin atomic
  update cx.ledger_session s set closed_at = statement_timestamp() where s.person = any (p_persons) and s.closed_at is null;
end;
