-- The rows of each payment and economic type at a glance, and whether they match as they are.
--
-- Grain:   one row per payment and economic type that has rows dated before the as-of.
-- Binds:   as_of (timestamptz), compare_dates (boolean).
-- Reason:  nearly every payment is one line and one ledger row of the same amount. Those are matched
--          here, in one pass over the rows; all others go through the passes that follow.
create unlogged table work_groups as
with

rows_in_play as (

    select
        true as is_statement,
        item_id,
        payment_key,
        economic_type,
        event_reference,
        amount_minor,
        currency,
        fee_minor,
        tax_minor,
        net_currency as fee_currency,
        dated_at,
        dated_on,
        null::date as due_on,
        null::timestamptz as due_at,
        true as moves_money
    from work_pool_statement
    where dated_at < %(as_of)s and type <> 'unknown'
    union all
    select
        false as is_statement,
        item_id,
        payment_key,
        economic_type,
        event_reference,
        amount_minor,
        currency,
        fee_minor,
        tax_minor,
        currency as fee_currency,
        dated_at,
        dated_on,
        due_on,
        due_at,
        moves_money
    from work_pool_ledger
    where dated_at < %(as_of)s and type <> 'unknown' and moves_money is not null

),

grouped as (

    select
        payment_key,
        economic_type,
        count(*) filter (where is_statement)::integer as statement_rows,
        count(*) filter (where not is_statement and moves_money)::integer as ledger_rows,
        count(*) filter (where not is_statement and not moves_money)::integer as idle_ledger_rows,
        min(item_id) filter (where is_statement) as statement_item_id,
        min(item_id) filter (where not is_statement and moves_money) as ledger_item_id,
        min(event_reference) filter (where is_statement) as statement_event_reference,
        min(event_reference) filter (where not is_statement and moves_money) as ledger_event_reference,
        min(amount_minor) filter (where is_statement) as statement_minor,
        min(amount_minor) filter (where not is_statement and moves_money) as ledger_minor,
        min(currency) filter (where is_statement) as statement_currency,
        min(currency) filter (where not is_statement and moves_money) as ledger_currency,
        min(fee_minor) filter (where is_statement) as statement_fee_minor,
        min(fee_minor) filter (where not is_statement and moves_money) as ledger_fee_minor,
        min(tax_minor) filter (where is_statement) as statement_tax_minor,
        min(tax_minor) filter (where not is_statement and moves_money) as ledger_tax_minor,
        min(fee_currency) filter (where is_statement) as statement_fee_currency,
        min(dated_at) filter (where is_statement) as statement_at,
        min(dated_on) filter (where is_statement) as statement_on,
        min(dated_on) filter (where not is_statement and moves_money) as ledger_on,
        min(due_on) filter (where not is_statement and moves_money) as due_on,
        min(due_at) filter (where not is_statement and moves_money) as due_at
    from rows_in_play
    group by payment_key, economic_type

)

select
    *,
    coalesce(
        statement_rows = 1
        and ledger_rows = 1
        and statement_minor = ledger_minor
        and statement_currency = ledger_currency,
        false
    ) as is_plain,
    -- A match is known by its line.
    statement_item_id as match_id
from grouped;
