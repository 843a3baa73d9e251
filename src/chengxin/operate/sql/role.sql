-- Purpose: give one application role exactly its attributes; run as administrator, again at every start.
-- Inputs: {role}; {verifier} the SCRAM verifier, so that no password reaches a log; {mark} who the role belongs to;
--   {replication} REPLICATION for backup, else NOREPLICATION.
alter role {role} with login noinherit nosuperuser nocreaterole nocreatedb nobypassrls {replication}
    connection limit -1 password {verifier} valid until 'infinity';
comment on role {role} is {mark};
