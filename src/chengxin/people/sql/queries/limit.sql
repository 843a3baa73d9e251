-- Purpose: one number of the citizens' sign-in (登录参数); run by the migration that loads the seed file.
-- Inputs: name, value (minutes, times or years), basis, valid_from.
insert into cx.people_limit (name, value, basis, valid_from) values (%s, %s, %s, %s)
