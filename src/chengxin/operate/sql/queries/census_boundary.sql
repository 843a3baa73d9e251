-- Purpose: where a census begins. Output: the oldest transaction that still ran (everything below it has ended for good),
-- and the number of this cluster, which a physical copy keeps.
select pg_snapshot_xmin(pg_current_snapshot())::text, (pg_control_system()).system_identifier::text
