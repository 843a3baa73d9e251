-- Purpose: the other databases of the embedded server are closed; run as administrator, on our own server only.
revoke all on database postgres from public;
revoke all on database template1 from public;
