-- Purpose: a year's arrangement that comes with the program. Run as owner, by a migration and at the start of a later release.
-- Input: year, number, first and last days of the spans, their names, worked weekend days, first day it counts (null: tomorrow,
-- and only where the city has none).
-- Output: whether it was taken.
select cx.catalog_calendar_bring_v1(%s::integer, %s::text, %s::date[], %s::date[], %s::text[], %s::date[], %s::date)
