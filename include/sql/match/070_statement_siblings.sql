-- Adds the matched lines of touched payments: a payment is decided as a whole, or not at all.
--
-- Binds:   account_id (integer).
with

-- One source of payments at a time: the planner knows how many each has.
siblings as (

    select known.item_id
    from internal.statement_lines as known
    where
        known.account_id = %(account_id)s
        and known.last_run_number is null
        and known.payment_key in (select payment_key from work_pool_statement)
        and not exists (select from work_pool_statement where work_pool_statement.item_id = known.item_id)
    union
    select known.item_id
    from internal.statement_lines as known
    where
        known.account_id = %(account_id)s
        and known.last_run_number is null
        and known.payment_key in (select payment_key from work_pool_ledger)
        and not exists (select from work_pool_statement where work_pool_statement.item_id = known.item_id)
    union
    select known.item_id
    from internal.statement_lines as known
    where
        known.account_id = %(account_id)s
        and known.last_run_number is null
        and known.payment_key in (select payment_key from work_touched_payments)
        and not exists (select from work_pool_statement where work_pool_statement.item_id = known.item_id)

)

insert into work_pool_statement
select
    statement_lines.item_id,
    'sibling' as origin,
    statement_lines.payment_key,
    statement_lines.event_reference,
    statement_lines.type,
    statement_lines.economic_type,
    statement_lines.gross_minor,
    statement_lines.gross_currency,
    statement_lines.fee_minor,
    statement_lines.tax_minor,
    statement_lines.net_minor,
    statement_lines.net_currency,
    statement_lines.booked_at,
    statement_lines.booked_on
from siblings
inner join internal.statement_lines on siblings.item_id = statement_lines.item_id
where
    statement_lines.account_id = %(account_id)s
    and statement_lines.is_expected
    and statement_lines.type <> 'unknown'
    and statement_lines.item_id not in (
        select old_item_id from work_line_changes
        where change in ('changed', 'withdrawn')
    );
