-- Purpose: one row of the minimum assurance of citizens (最低认证等级); run by the migration that loads the seed file.
-- Inputs: activity ('*': every other one), level (1 to 3), basis, valid_from.
insert into cx.people_minimum (activity, level, basis, valid_from) values (%s, %s, %s, %s)
