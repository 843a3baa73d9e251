-- Acknowledging a finding of the audit (确认审计发现): by a human with the duty, with a reason, and never more than was found.

-- AUDIT-01: another kind than late lines. AUDIT-02: no reason, or too long a one. AUDIT-03: the leaves reach beyond the finding:
-- outside of the late lines nobody has answered for, or across a batch without any.
create function cx.ledger_log_acknowledge_v1(p_token bytea, p_act uuid, p_log integer, p_kind text, p_first bigint, p_last bigint,
  p_reason text) returns uuid
language plpgsql volatile security definer set search_path = pg_catalog, cx, pg_temp as $$
begin
  if p_kind is distinct from 'apart' then perform cx.refuse_v1('AUDIT-01'); end if;
  perform cx.ledger_act_v1(p_token, array['00000000-0000-0000-0000-000000000000'::uuid], array[p_act], 'log.acknowledge',
    cx.ledger_log_named_v1(p_log, p_kind, p_first, p_last, p_reason));
  if coalesce(btrim(p_reason), '') = '' then perform cx.refuse_v1('AUDIT-02'); end if;
  if (select bool_and(f.late > 0) and p_first between min(f.late_first) and p_last and p_last <= max(f.late_last)
      from cx.ledger_log_checkpoint c cross join lateral cx.ledger_log_part_v1(c.log, c.size) f
      where c.log = p_log and c.size > p_first and cx.ledger_log_before_v1(c.log, c.size) <= p_last) is not true then
    perform cx.refuse_v1('AUDIT-03');
  end if;
  insert into cx.ledger_log_acknowledged (act, log, kind, first, last, reason)
  values (p_act, p_log, p_kind, p_first, p_last, p_reason);
  return p_act;
end $$;
grant execute on function cx.ledger_log_acknowledge_v1(bytea, uuid, integer, text, bigint, bigint, text) to web;
