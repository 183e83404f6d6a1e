-- Refused statements for which a good one has come.
--
-- Grain:   one row per statement that is corrected now.
-- Binds:   account_id (integer). A good one has the same key, came as the same bytes or under the same
--          name, or is a later read of an API that covers the range.
update internal.statements as refused
set state = 'corrected'
from
    internal.deliveries as refused_delivery,
    internal.statements as good,
    internal.deliveries as good_delivery
where
    refused.account_id = %(account_id)s
    and refused.state = 'quarantined'
    and refused_delivery.delivery_id = refused.delivery_id
    and good.account_id = refused.account_id
    and good.state in ('accepted', 'in_force')
    and good_delivery.delivery_id = good.delivery_id
    and good.delivery_id >= refused.delivery_id
    and (
        good.statement_key = refused.statement_key
        or good.delivery_id = refused.delivery_id
        or (good_delivery.name = refused_delivery.name and refused_delivery.read_from is null)
        or (
            good_delivery.read_from <= refused_delivery.read_from
            and good_delivery.read_to >= refused_delivery.read_to
        )
    )
returning refused.statement_id
