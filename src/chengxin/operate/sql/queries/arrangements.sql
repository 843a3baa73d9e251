-- Purpose: the city's days off that count today or from tomorrow, for doctor. A later row of a year replaces an earlier one.
-- Output: year, first and last days of the spans, their names, worked weekend days.
select year, rest_first, rest_last, rest_name, work
from cx.catalog_arrangements_v1()
where valid_from <= cx.ledger_today_v1() + 1
order by year, valid_from
