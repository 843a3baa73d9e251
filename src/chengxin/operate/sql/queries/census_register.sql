-- Purpose: the head of the register as of a boundary. Input: %(boundary)s xid8 as text. Output: lines, epoch, xid and id of the last.
select (select count(*) from cx.ledger_register r where r.xid < %(boundary)s::xid8), h.epoch, h.xid::text, h.id::text
from (select 1) one
left join lateral (
  select r.epoch, r.xid, r.id from cx.ledger_register r where r.xid < %(boundary)s::xid8
  order by r.epoch desc, r.xid desc, r.id desc limit 1
) h on true
