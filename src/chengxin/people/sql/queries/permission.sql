-- Purpose: one row of the permission matrix (权限矩阵); run by the migration that loads the seed file.
-- Inputs: activity, duty, own, basis, fields, fresh_minutes (null: the sign-in is enough).
insert into cx.people_permission (activity, duty, own, basis, fields, fresh_minutes) values (%s, %s, %s, %s, %s::text[], %s)
