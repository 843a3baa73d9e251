-- Purpose: only our roles may enter the database; run as administrator, again for every clone (a clone has no ACL).
-- Inputs: {database}; {roles} all our roles.
revoke all on database {database} from public;
revoke all on database {database} from {roles};
grant connect on database {database} to {roles};
-- Migrations make nothing outside schema cx; the one thing the owner needs on the database is nothing.
alter database {database} owner to owner;
revoke create, temporary on database {database} from owner;
