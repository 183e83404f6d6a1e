-- Everything that a report says of a row that is open or in a finding.
--
-- Grain:   one row per statement line or ledger row.
-- Binds:   account_id (integer), zone (text).
-- Reason:  the sides are listed apart: of one list of both the planner takes too few rows for a side,
--          and would read a side's book once for each of them.
create table work_items as
with

listed_lines as (

    select item_id from work_open_rows where side = 'statement'
    union
    select item_id from work_finding_members where side = 'statement'
    union
    select lead_item_id from work_findings where lead_side = 'statement' and lead_item_id is not null

),

listed_rows as (

    select item_id from work_open_rows where side = 'ledger'
    union
    select item_id from work_finding_members where side = 'ledger'
    union
    select lead_item_id from work_findings where lead_side = 'ledger' and lead_item_id is not null

),

known_rows as materialized (

    select
        item_id,
        payment_key
    from work_known_ledger
    where item_id in (select item_id from listed_rows)

)

select
    'statement' as side,
    item_id,
    payment_key,
    psp_reference,
    event_reference,
    merchant_reference,
    provider_type,
    type,
    economic_type,
    null::text as status,
    true as moves_money,
    gross_minor as amount_minor,
    gross_currency as currency,
    fee_minor,
    tax_minor,
    net_currency as fee_currency,
    net_minor,
    net_currency,
    booked_at as dated_at,
    booked_on as dated_on,
    null::text as ledger_id,
    lines.statement_id,
    deliveries.name as statement_file,
    row_number as statement_row,
    line_scope,
    line_key,
    occurrence,
    is_new,
    'statement' || chr(31) || line_scope || chr(31) || line_key || chr(31) || occurrence as member_key
from (
    select
        changes.item_id,
        changes.payment_key,
        changes.psp_reference,
        changes.event_reference,
        changes.merchant_reference,
        changes.provider_type,
        changes.type,
        changes.economic_type,
        changes.gross_minor,
        changes.gross_currency,
        changes.fee_minor,
        changes.tax_minor,
        changes.net_minor,
        changes.net_currency,
        changes.booked_at,
        changes.booked_on,
        changes.statement_id,
        changes.row_number,
        changes.line_scope,
        changes.line_key,
        changes.occurrence,
        true as is_new
    from listed_lines as listed
    inner join work_line_changes as changes on listed.item_id = changes.item_id
    where changes.change in ('new', 'changed')
    union all
    select
        known.item_id,
        known.payment_key,
        known.psp_reference,
        known.event_reference,
        known.merchant_reference,
        known.provider_type,
        known.type,
        known.economic_type,
        known.gross_minor,
        known.gross_currency,
        known.fee_minor,
        known.tax_minor,
        known.net_minor,
        known.net_currency,
        known.booked_at,
        known.booked_on,
        known.statement_id,
        known.row_number,
        known.line_scope,
        known.line_key,
        known.occurrence,
        false
    from listed_lines as listed
    inner join statement_lines as known
        on listed.item_id = known.item_id and known.account_id = %(account_id)s
) as lines
left join internal.statements on lines.statement_id = statements.statement_id
left join internal.deliveries on statements.delivery_id = deliveries.delivery_id
union all
select
    'ledger' as side,
    item_id,
    coalesce(known_rows.payment_key, rows.payment_key),
    psp_reference,
    rows.event_reference,
    rows.merchant_reference,
    null,
    rows.type,
    rows.economic_type,
    status,
    rows.moves_money,
    rows.amount_minor,
    rows.currency,
    rows.fee_minor,
    rows.tax_minor,
    rows.currency,
    null,
    null,
    occurred_at,
    timezone(%(zone)s, occurred_at)::date,
    ledger_id,
    null,
    null,
    null,
    null,
    null,
    null,
    is_new,
    'ledger' || chr(31) || ledger_id
from (
    select
        changes.item_id,
        changes.payment_key,
        changes.psp_reference,
        changes.event_reference,
        changes.merchant_reference,
        changes.type,
        changes.economic_type,
        changes.status,
        changes.moves_money,
        changes.amount_minor,
        changes.currency,
        changes.fee_minor,
        changes.tax_minor,
        changes.occurred_at,
        changes.ledger_id,
        true as is_new
    from listed_rows as listed
    inner join work_ledger_changes as changes on listed.item_id = changes.item_id
    where changes.change in ('new', 'changed')
    union all
    select
        known.item_id,
        known.payment_key,
        known.psp_reference,
        known.event_reference,
        known.merchant_reference,
        known.type,
        known.economic_type,
        known.status,
        known.moves_money,
        known.amount_minor,
        known.currency,
        known.fee_minor,
        known.tax_minor,
        known.occurred_at,
        known.ledger_id,
        false
    from listed_rows as listed
    inner join ledger_transactions as known
        on listed.item_id = known.item_id and known.account_id = %(account_id)s
) as rows
left join known_rows using (item_id);
