-- Of a statement that is known in a later version an older one that comes late changes nothing.
--
-- Grain:   one row per statement that is late.
-- Binds:   account_id (integer). The provider's version stamp decides; without one the order of receipt does.
update internal.statements as late
set state = 'late_version'
from internal.statements as newer
where
    late.account_id = %(account_id)s
    and late.state = 'accepted'
    and newer.account_id = late.account_id
    and newer.statement_key = late.statement_key
    and newer.state in ('accepted', 'in_force')
    and newer.version_stamp > late.version_stamp
returning late.statement_id
