-- Refused statements for which a good one has come.
--
-- Grain:   one row per statement that is corrected now.
-- Binds:   account_id (integer). A good one has the same key, came as the same bytes or under the same
--          name, is a later read of an API that covers the range, covers the days that named the refused
--          one, ends on a day that was not covered before a file that could not be named, or came with
--          or after what is another account's.
-- Reason:  of a file with a time that can't be read nobody knows which days it holds, so no days of another
--          one make it good: its key is its name.
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
    and (good.delivery_id >= refused.delivery_id or refused.statement_key like 'of another account: %%')
    and (
        good.statement_key = refused.statement_key
        or good.delivery_id = refused.delivery_id
        or (good_delivery.name = refused_delivery.name and refused_delivery.read_from is null)
        -- The days name a file whose times could all be read.
        or (
            refused.statement_key ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2} to [0-9]{4}-[0-9]{2}-[0-9]{2}$'
            and good.delivery_id > refused.delivery_id
            and good.covers_from::text <= left(refused.statement_key, 10)
            and good.covers_to::text >= right(refused.statement_key, 10)
        )
        -- What could not even be named is mended by the next good one of a day that was not covered;
        -- what lay beside it when it was refused is no answer to it.
        or (
            refused.statement_key like 'delivery %%'
            and good_delivery.received_at > refused_delivery.gated_at
            and not exists (
                select from internal.statements as earlier
                where
                    earlier.account_id = refused.account_id
                    and earlier.state in ('accepted', 'in_force')
                    and earlier.delivery_id < refused.delivery_id
                    and earlier.covers_to >= good.covers_to
                    and coalesce(earlier.covers_from, '-infinity') <= good.covers_to
            )
        )
        -- No line of ours is missing with what is another account's; that ours was not taken for it, a
        -- good one of the same look or of a later one shows.
        or (
            refused.statement_key like 'of another account: %%'
            and (good.attempt_id = refused.attempt_id or good.delivery_id > refused.delivery_id)
        )
        or (
            good_delivery.read_from <= refused_delivery.read_from
            and good_delivery.read_to >= refused_delivery.read_to
        )
    )
returning refused.statement_id
