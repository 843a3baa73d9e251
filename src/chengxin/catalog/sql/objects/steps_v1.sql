-- Steps of the versions of items, and what the catalog's officers have to do (目录条目的步骤、待办).

-- One step of a version (步骤). Rows are only ever added; the latest one is the version's state. The nil account wrote the
-- steps of the items that came with the program.
create table cx.catalog_step (
  code text not null,
  version integer not null check (version > 0),
  seq integer not null check (seq > 0),
  from_state text not null,              -- '' at the start: NULL would pass the CHECK
  to_state text not null,
  activity text not null,                -- what the actor's duty had to cover
  act uuid not null,
  actor uuid not null,                   -- account
  organisation text not null,
  on_date date not null,                 -- business day of the step
  at timestamptz not null,
  effective_from date,                   -- first day in force, carried on from the publication
  reason text not null,
  primary key (code, version, seq),
  constraint "CATALOG-20" check ((from_state, to_state, activity) in (/*transitions*/)),
  constraint "CATALOG-25" check (reason ~ '\S' or activity in ('catalog.draft', 'catalog.submit', 'catalog.publish')
                                 and to_state <> 'withdrawn'),
  check ((seq = 1) = (from_state = '')),
  check (effective_from is not null or to_state in ('draft', 'review', 'withdrawn'))
);

-- What is to be done (待办): a basis ended and its version was suspended, or it ends soon.
create table cx.catalog_task (
  item text not null,
  version integer not null,
  kind text not null check (kind in ('basis_ended', 'basis_ends_soon')),
  ends_on date not null,                 -- last day of the basis
  due_on date not null,
  opened_on date not null,
  closed_on date,
  note text not null,                    -- which law
  primary key (item, version, kind, ends_on)
);

alter table cx.catalog_basis add constraint catalog_basis_item foreign key (item_id) references cx.catalog_item not deferrable;
alter table cx.catalog_item add check (version > 0);
alter table cx.catalog_parameter add constraint "CATALOG-03" check (value >= 0 and basis <> '');
alter table cx.catalog_law add check (level in ('law', 'administrative_regulation', 'local_regulation', 'rule', 'policy'));
alter table cx.catalog_prohibited add check (kind in ('name', 'text', 'unless'));
alter table cx.catalog_severity_rule add check (severity in ('MINOR', 'GENERAL', 'SERIOUS') and display_min <= display_max);
alter table cx.catalog_measure add check (type in (1, 2, 3));
alter table cx.catalog_group add check (item <> '' or reason <> '');

grant select on cx.catalog_item, cx.catalog_basis, cx.catalog_parameter to web, worker, engine, points;
grant select on cx.catalog_law, cx.catalog_prohibited, cx.catalog_severity_rule, cx.catalog_measure, cx.catalog_group
  to web, worker, engine;
