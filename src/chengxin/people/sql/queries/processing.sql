-- Purpose: one row of properties of processing activities (处理活动的性质); run by the migration that loads the seed file.
-- Inputs: activity, purpose, generic (words for the person), secrecy_basis, secrecy_days (longest secrecy), valid_from.
insert into cx.people_processing (activity, purpose, generic, secrecy_basis, secrecy_days, valid_from)
values (%s, %s, %s, %s, %s, %s)
