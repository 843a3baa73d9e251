-- Purpose: one row of the ways to sign in (登录方式); run by the migration that loads the seed file.
-- Inputs: method, kind, assurance (0 to 3), fresh, minutes, idle_minutes, basis, valid_from.
insert into cx.people_method (method, kind, assurance, fresh, minutes, idle_minutes, basis, valid_from)
values (%s, %s, %s, %s, %s, %s, %s, %s)
