-- Documents of the system (制度规范) as events: drafted by one human, published by another, in force from a day, replaced by the next.

create table cx.oversight_paper (
  code text not null check (code ~ '^[a-z][a-z-]{1,29}$'),
  number integer not null check (number > 0),
  seq integer not null check (seq > 0),
  from_state text not null,              -- '' at the start: NULL would pass the CHECK
  to_state text not null,
  activity text not null,
  act uuid not null unique,
  actor uuid not null,                   -- the nil account wrote what came with the program
  organisation text not null,
  at timestamptz not null,
  body jsonb not null,                   -- draft: title, basis, issued_by, note, sections; publish: effective_from; else: reason
  primary key (code, number, seq),
  constraint "DOCUMENT-03" check ((from_state, to_state, activity) in (/*papers*/)),
  check ((seq = 1) = (from_state = ''))
);

-- The words of a version as last drafted. Internal.
create function cx.oversight_words_v1(p_code text, p_number integer) returns jsonb
language sql stable
begin atomic
  select p.body from cx.oversight_paper p where p.code = p_code and p.number = p_number and p.activity = 'document.draft'
  order by p.seq desc limit 1;
end;

create type cx.oversight_published_v1 as (code text, number integer, title text, effective_from date, basis text, issued_by text,
  note text, sections jsonb);
-- The published versions of all documents (已公布的制度文件), the oldest first: open to everybody.
create function cx.oversight_published_v1() returns setof cx.oversight_published_v1
language sql stable security definer
begin atomic
  select p.code, p.number, w.words ->> 'title', (p.body ->> 'effective_from')::date, w.words ->> 'basis', w.words ->> 'issued_by',
    w.words ->> 'note', w.words -> 'sections'
  from cx.oversight_paper p cross join lateral (select cx.oversight_words_v1(p.code, p.number) as words) w
  where p.activity = 'document.publish' and not exists (
    select from cx.oversight_paper l where l.code = p.code and l.number = p.number and l.seq > p.seq)
  order by p.code, p.number;
end;
grant execute on function cx.oversight_published_v1() to web;

-- Whether words can be published. DOCUMENT-01: basis, issuer and text, and of the privacy notice every part of the law. Internal.
create function cx.oversight_whole_v1(p_code text, p_words jsonb) returns boolean
language sql stable
return case when (
  p_words ->> 'title' ~ '\S' and p_words ->> 'basis' ~ '\S' and p_words ->> 'issued_by' ~ '\S'
  and jsonb_typeof(p_words -> 'sections') = 'array' and jsonb_array_length(p_words -> 'sections') > 0
  and not exists (select from jsonb_array_elements(p_words -> 'sections') s
                  where coalesce(s ->> 'title', '') !~ '\S' or coalesce(s ->> 'text', '') !~ '\S')
  and (p_code <> 'privacy' or array(select s ->> 'key' from jsonb_array_elements(p_words -> 'sections') s) @> array[/*privacy*/])
) is true then true else cx.refuse_v1('DOCUMENT-01') end;

-- One step of a version (起草、送审、退回、公布、撤回). DOCUMENT-03: not from its state, or a draft of this document is open already.
-- DOCUMENT-06: somebody was faster. DOCUMENT-02: whoever wrote or submitted does not publish. DOCUMENT-04: the first day is over, or
-- not after the version before. DOCUMENT-05: no reason, or what is in force cannot be withdrawn. p_number 0: a new version.
create function cx.oversight_paper_step_v1(p_act uuid, p_activity text, p_code text, p_number integer, p_seq integer, p_to text,
  p_body jsonb) returns integer language plpgsql volatile security definer set search_path = pg_catalog, cx, pg_temp as $$
declare
  v_nobody constant uuid := '00000000-0000-0000-0000-000000000000'; v_last cx.oversight_paper; v_by cx.ledger_register;
  v_number integer := p_number; v_from date; v_begin date;
begin
  if p_activity not like 'document.%' then perform cx.refuse_v1('DOCUMENT-03'); end if;
  perform cx.ledger_require_acts_v1(array[v_nobody], array[p_act], p_activity);
  select r.* into v_by from cx.ledger_register r where r.person = v_nobody and r.id = p_act;
  select p.* into v_last from cx.oversight_paper p where p.code = p_code and (p_number = 0 or p.number = p_number)
  order by p.number desc, p.seq desc limit 1;
  if p_number = 0 then
    if v_last.to_state in ('draft', 'review') then perform cx.refuse_v1('DOCUMENT-03'); end if;
    v_number := coalesce(v_last.number, 0) + 1;
    v_last := null;
  elsif v_last.seq is null then
    perform cx.refuse_v1('DOCUMENT-03');
  elsif v_last.seq + 1 <> p_seq then
    perform cx.refuse_v1('DOCUMENT-06');
  end if;
  if p_activity = 'document.publish' then
    perform cx.oversight_whole_v1(p_code, cx.oversight_words_v1(p_code, v_number));
    if exists (select from cx.oversight_paper p where p.code = p_code and p.number = v_number
               and p.activity in ('document.draft', 'document.submit') and cx.people_same_human_v1(p.actor, v_by.actor)) then
      perform cx.refuse_v1('DOCUMENT-02');
    end if;
    v_from := p_body ->> 'effective_from';
    if (v_from >= cx.ledger_today_v1()) is not true or exists (
        select from cx.oversight_published_v1() d where d.code = p_code and d.effective_from >= v_from) then
      perform cx.refuse_v1('DOCUMENT-04');
    end if;
  elsif p_activity in ('document.return', 'document.withdraw') then
    select d.effective_from into v_begin from cx.oversight_published_v1() d where d.code = p_code and d.number = v_number;
    if coalesce(p_body ->> 'reason', '') !~ '\S' or v_begin <= cx.ledger_today_v1() then perform cx.refuse_v1('DOCUMENT-05'); end if;
  end if;
  insert into cx.oversight_paper (code, number, seq, from_state, to_state, activity, act, actor, organisation, at, body)
  values (p_code, v_number, coalesce(v_last.seq, 0) + 1, coalesce(v_last.to_state, ''), p_to, p_activity, p_act, v_by.actor,
    v_by.organisation, statement_timestamp(), p_body);
  return v_number;
end $$;
grant execute on function cx.oversight_paper_step_v1(uuid, text, text, integer, integer, text, jsonb) to web;

create type cx.oversight_paper_v1 as (code text, number integer, seq integer, from_state text, to_state text, activity text,
  at timestamptz, post text, organisation_name text, mine boolean, body jsonb);
-- The steps of all versions, or of one document (办理经过), the oldest first; `mine`: the same human being as the session's. DUTY-01.
create function cx.oversight_papers_v1(p_token bytea, p_code text) returns setof cx.oversight_paper_v1
language sql volatile security definer
begin atomic
  select cx.ledger_duty_v1(p_token, 'document.list');
  select p.code, p.number, p.seq, p.from_state, p.to_state, p.activity, p.at, coalesce(a.post, ''), coalesce(o.name, ''),
    coalesce(cx.people_same_human_v1(p.actor, s.actor), false), p.body
  from cx.ledger_session_v1(p_token) s cross join cx.oversight_paper p
  left join cx.people_account a on a.account = p.actor
  left join cx.people_organisation o on o.code = p.organisation
  where p_code in ('', p.code) order by p.code, p.number, p.seq;
end;
grant execute on function cx.oversight_papers_v1(bytea, text) to web;
