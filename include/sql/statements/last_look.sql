-- When did an attempt last look for new statements of the account?
--
-- Grain:   one row, NULL when none ever did.
-- Binds:   account_id (integer).
select max(fetched_at) as looked_at
from internal.attempts
where account_id = %(account_id)s
