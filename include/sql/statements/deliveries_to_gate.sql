-- Which deliveries of the account are to be parsed now?
--
-- Grain:   one row per delivery, in the order of receipt: not gated yet, or with statements that are
--          proved and not in force, or refused by an attempt with other rules or another code. Those of
--          work_gated_deliveries have had their turn.
-- Binds:   account_id (integer), rules_sha256 and code_version (text).
--          Rows stay locked, so that of two attempts the second one sees what the first one decided.
select
    deliveries.delivery_id,
    deliveries.content_sha256,
    deliveries.name,
    deliveries.size_bytes,
    deliveries.read_from,
    deliveries.read_to,
    deliveries.gated_at is null as is_new
from internal.deliveries as deliveries
where
    deliveries.account_id = %(account_id)s
    and deliveries.delivery_id not in (select gated.delivery_id from work_gated_deliveries as gated)
    and (
        deliveries.gated_at is null
        or exists (
            select from internal.statements as statements
            left join internal.attempts as attempts
                on statements.attempt_id = attempts.attempt_id
            where
                statements.delivery_id = deliveries.delivery_id
                and (
                    statements.state = 'accepted'
                    or (
                        statements.state = 'quarantined'
                        and (attempts.rules_sha256, attempts.code_version)
                        is distinct from (%(rules_sha256)s, %(code_version)s)
                    )
                )
        )
    )
order by deliveries.delivery_id
for update of deliveries
