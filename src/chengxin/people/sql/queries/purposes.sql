-- Purpose: the whole register of purposes (查询用途登记册), with rows that have ended; it is a public register.
-- Inputs: none. Columns: quota in looks per actor and day; valid_to is the last day, null: no end. Index: a few dozen rows, none.
select code, name, activity, duty, basis, fields, items, needs_case, quota, valid_from, valid_to
from cx.people_purpose
order by code
