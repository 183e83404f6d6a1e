-- Of several proved versions that are not in force yet only the latest one waits on.
--
-- Grain:   one row per statement that is superseded before it ever was in force.
-- Binds:   account_id (integer). A later read of an API that covers the range of an earlier one replaces it.
update internal.statements as earlier
set state = 'superseded'
from
    internal.deliveries as earlier_delivery,
    internal.statements as later,
    internal.deliveries as later_delivery
where
    earlier.account_id = %(account_id)s
    and earlier.state = 'accepted'
    and earlier_delivery.delivery_id = earlier.delivery_id
    and later.account_id = earlier.account_id
    and later.state = 'accepted'
    and later_delivery.delivery_id = later.delivery_id
    and later.delivery_id > earlier.delivery_id
    and (
        later.statement_key = earlier.statement_key
        or (
            later_delivery.read_from <= earlier_delivery.read_from
            and later_delivery.read_to >= earlier_delivery.read_to
        )
    )
returning earlier.statement_id
