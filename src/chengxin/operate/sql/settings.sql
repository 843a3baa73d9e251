-- Purpose: settings of one role in our database; run as administrator, again for every clone (a clone has none).
-- Inputs: {role}, {database}.
-- A role may change its own defaults; what a stolen password left behind ends here.
alter role {role} reset all;
alter role {role} in database {database} reset all;
alter role {role} in database {database} set search_path = cx;
alter role {role} in database {database} set idle_in_transaction_session_timeout = '60s';
-- Names stand in error messages, details, statements and parameters: on no server do they reach the log.
alter role {role} in database {database} set log_min_messages = 'log';
alter role {role} in database {database} set log_error_verbosity = 'terse';
alter role {role} in database {database} set log_min_error_statement = 'panic';
alter role {role} in database {database} set log_parameter_max_length_on_error = 0;
