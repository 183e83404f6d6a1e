-- Adds the matched lines of touched payments: a payment is decided as a whole, or not at all.
--
-- Binds:   account_id (integer).
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
from internal.statement_lines
where
    statement_lines.account_id = %(account_id)s
    and statement_lines.last_run_number is null
    and statement_lines.is_expected
    and statement_lines.type <> 'unknown'
    and statement_lines.payment_key in (
        select payment_key from work_pool_statement
        union all
        select payment_key from work_pool_ledger
        union all
        select payment_key from work_touched_payments
    )
    and not exists (
        select from work_line_changes
        where
            work_line_changes.old_item_id = statement_lines.item_id
            and work_line_changes.change in ('changed', 'withdrawn')
    )
    and not exists (
        select from work_pool_statement
        where work_pool_statement.item_id = statement_lines.item_id
    );
