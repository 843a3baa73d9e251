-- Purpose: one digest of everything that guards the data: roles, memberships, owners, privileges, functions, constraints,
-- indexes, migrations. Output: sha256 in hex. A null ACL counts as the default of its owner.
with line(said) as (
  select format('role %s %s%s%s%s%s%s%s', r.rolname, r.rolsuper, r.rolinherit, r.rolcreaterole, r.rolcreatedb, r.rolcanlogin,
    r.rolreplication, r.rolbypassrls)
  from pg_roles r where r.rolname !~ '^pg_'
  union all
  select format('member %s %s %s', m.roleid::regrole, m.member::regrole, m.admin_option)
  from pg_auth_members m where m.roleid >= 16384 or m.member >= 16384
  union all
  select format('database %s %s', d.datdba::regrole, coalesce(d.datacl, acldefault('d', d.datdba)))
  from pg_database d where d.datname = current_database()
  union all
  select format('schema %s %s %s', n.nspname, n.nspowner::regrole, coalesce(n.nspacl, acldefault('n', n.nspowner)))
  from pg_namespace n where n.nspname in ('cx', 'public')
  union all
  select format('default %s %s', a.defaclrole::regrole, a.defaclacl) from pg_default_acl a
  union all
  select format('relation %s %s %s %s', c.relname, c.relkind, c.relowner::regrole,
    coalesce(c.relacl, acldefault(case c.relkind when 'S' then 's'::"char" else 'r'::"char" end, c.relowner)))
  from pg_class c where c.relnamespace = 'cx'::regnamespace
  union all
  select format('column %s.%s %s %s %s', c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attacl)
  from pg_attribute a join pg_class c on c.oid = a.attrelid
  where c.relnamespace = 'cx'::regnamespace and c.relkind = 'r' and a.attnum > 0 and not a.attisdropped
  union all
  select format('constraint %s %s %s', t.conrelid::regclass, t.conname, pg_get_constraintdef(t.oid))
  from pg_constraint t where t.connamespace = 'cx'::regnamespace and t.contype <> 'n'
  union all
  select format('index %s', pg_get_indexdef(x.indexrelid))
  from pg_index x join pg_class c on c.oid = x.indexrelid where c.relnamespace = 'cx'::regnamespace
  union all
  select format('function %s %s %s %s', p.oid::regprocedure, p.proowner::regrole,
    coalesce(p.proacl, acldefault('f', p.proowner)), pg_get_functiondef(p.oid))
  from pg_proc p where p.pronamespace = 'cx'::regnamespace and p.prokind in ('f', 'p')
  union all
  select format('migration %s %s', g.app, g.name) from cx.django_migrations g
)
select encode(sha256(convert_to(string_agg(l.said, E'\n' order by l.said collate "C"), 'UTF8')), 'hex') from line l
