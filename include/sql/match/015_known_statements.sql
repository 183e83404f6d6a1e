-- Every statement that counts for coverage: in force and not replaced by this run, accepted for it, or
-- refused and not mended.
--
-- Grain:   one row per statement.
-- Binds:   account_id (integer).
select
    statements.statement_key,
    statements.sequence_number,
    statements.state in ('accepted', 'in_force') as is_good,
    statements.covers_from,
    statements.covers_to,
    statements.covers_until,
    statements.quarantine_reason,
    statements.reason_code,
    deliveries.name as file,
    coalesce(balances.opening, '{}') as opening,
    coalesce(balances.closing, '{}') as closing
from internal.statements
inner join internal.deliveries on statements.delivery_id = deliveries.delivery_id
left join lateral (
    select
        jsonb_object_agg(currency, control_minor) filter (where measure = 'opening') as opening,
        jsonb_object_agg(currency, control_minor) filter (where measure = 'closing') as closing
    from internal.statement_control_totals
    where
        statement_control_totals.statement_id = statements.statement_id
        and measure in ('opening', 'closing')
) as balances on true
where
    statements.account_id = %(account_id)s
    and statements.state in ('accepted', 'in_force', 'quarantined')
    and not (
        statements.state = 'in_force'
        and exists (
            select from internal.statements as amendment
            where
                amendment.account_id = statements.account_id
                and amendment.statement_key = statements.statement_key
                and amendment.state = 'accepted'
        )
    )
order by statements.statement_id;
