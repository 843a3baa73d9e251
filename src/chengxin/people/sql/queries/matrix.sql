-- Purpose: the permission matrix (权限矩阵), which is about nobody. Output: one row for each duty and activity.
select duty, activity, own, basis, fields from cx.people_permission order by duty, activity
