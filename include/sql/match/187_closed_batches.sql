-- Which batches are closed and proved: statements with the payout that takes their lines away?
--
-- Grain:   one row per statement and currency, where that has one payout.
-- Binds:   account_id (integer), left (text: what the left side is called).
-- Reason:  asked only where a ledger row names something that may be a batch. Books that are no
--          statements have none.
create unlogged table work_closed_batches as
select
    payouts.line_scope,
    payouts.net_currency,
    min(payouts.payout_reference) as batch
from (
    select
        statement_id,
        line_scope,
        net_currency,
        payout_reference
    from work_line_changes
    where
        type = 'payout'
        and change <> 'withdrawn'
        and exists (select from work_named_references)
    union all
    select
        statement_id,
        line_scope,
        net_currency,
        payout_reference
    from statement_lines
    where
        %(left)s::text = 'statement'
        and account_id = %(account_id)s
        and line_scope in (select line_scope from work_known_statement where line_scope <> '')
        and last_run_number is null
        and type = 'payout'
        and exists (select from work_named_references)
) as payouts
inner join internal.statements on payouts.statement_id = statements.statement_id
where payouts.line_scope <> '' and statements.proved_by <> 'none'
group by payouts.line_scope, payouts.net_currency
having count(distinct payouts.payout_reference) = 1;
