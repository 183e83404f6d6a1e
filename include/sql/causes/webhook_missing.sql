-- Was the payment settled, and did the ledger never hear of it?
--
-- Grain:   one row per discrepancy.
-- Binds:   own_reference (text or null: what the company's own references look like).
-- Formula: a settled payment without a ledger row, nor an open one of its type, amount and currency;
--          and the gateway has it with that amount, or its merchant reference is one of ours
-- Kinds:   missing_in_ledger
-- Correction: compensating_entry of the difference
-- Do:      ask the PSP for the events of that time again, and why the message was not taken
select
    subjects.discrepancy_id,
    null::text as with_discrepancy_id,
    jsonb_build_object(
        'amount_minor', subjects.statement_minor,
        'merchant_reference', subjects.line_merchant_reference,
        'gateway_minor', gateway.statement_minor,
        'own_reference', case when gateway.event_id is null then %(own_reference)s::text end
    ) as evidence
from work_cause_subjects as subjects
left join (
    select
        event_id,
        currency,
        max(statement_minor) as statement_minor
    from work_discrepancies
    where leg = 'gateway_ledger' and kind = 'missing_in_ledger' and change <> 'resolved'
    group by event_id, currency
    having min(statement_minor) = max(statement_minor)
) as gateway
    on
        subjects.event_id = gateway.event_id
        and subjects.currency = gateway.currency
        and subjects.statement_minor = gateway.statement_minor
left join (
    select distinct
        economic_type,
        currency,
        amount_minor
    from work_items
    where side = 'ledger' and item_id in (select item_id from work_open_rows where side = 'ledger')
) as waiting
    on
        subjects.economic_type = waiting.economic_type
        and subjects.currency = waiting.currency
        and subjects.statement_minor = waiting.amount_minor
where
    subjects.kind = 'missing_in_ledger'
    and subjects.line_type = 'payment'
    and waiting.amount_minor is null
    and (
        gateway.event_id is not null
        or subjects.line_merchant_reference ~ ('^(?:' || %(own_reference)s::text || ')$')
    )
