-- Purpose: one row of the register of purposes (查询用途登记册); run by the migration that loads the seed file.
-- Inputs: code, name, activity, duty, basis, fields, items, needs_case, quota (looks per actor and day), valid_from.
insert into cx.people_purpose (code, name, activity, duty, basis, fields, items, needs_case, quota, valid_from)
values (%s, %s, %s, %s, %s, %s::text[], %s::text[], %s, %s, %s)
