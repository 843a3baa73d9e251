-- Purpose: one number of the sign-in (登录参数); run by the migration that loads the seed file.
-- Inputs: name, value, unit (day, hour, minute, time), basis, valid_from.
insert into cx.people_parameter (name, value, unit, basis, valid_from) values (%s, %s, %s, %s, %s)
