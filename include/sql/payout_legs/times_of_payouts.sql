-- When was a batch last paid, and when did a payout last come back, now that a payout line is gone?
--
-- Grain:   one row per batch and currency that loses a payout line; none where no line is replaced.
-- Binds:   account_id (integer), basis (text), has_earlier_lines (boolean: whether a staged line is a
--          version of another one).
-- Reason:  sums shrink by what is gone; a last time has to be asked again of the lines that stay.
create unlogged table work_times_of_payouts as
with

gone as materialized (

    select distinct
        batch,
        currency
    from work_waterfall_moves
    where %(has_earlier_lines)s and lines < 0 and term in ('paid_out', 'returned')

),

payout_lines as (

    select
        internal.batch_of(%(basis)s, line_scope, payout_reference, booked_on) as batch,
        coalesce(net_currency, gross_currency) as currency,
        internal.waterfall_term(type, economic_type, provider_type, coalesce(net_minor, gross_minor)) as term,
        booked_at
    from internal.statement_lines
    where
        account_id = %(account_id)s
        and last_run_number is null
        and type = 'payout'
        and item_id not in (select old_item_id from work_staged_lines where change in ('changed', 'withdrawn'))
        and exists (select from gone)
    union all
    select
        internal.batch_of(%(basis)s, line_scope, payout_reference, booked_on),
        coalesce(net_currency, gross_currency),
        internal.waterfall_term(type, economic_type, provider_type, coalesce(net_minor, gross_minor)),
        booked_at
    from work_staged_lines
    where change in ('new', 'changed') and type = 'payout' and exists (select from gone)

)

select
    gone.batch,
    gone.currency,
    max(payout_lines.booked_at) filter (where payout_lines.term = 'paid_out') as last_paid_at,
    max(payout_lines.booked_at) filter (where payout_lines.term = 'returned') as last_returned_at
from gone
left join payout_lines on gone.batch = payout_lines.batch and gone.currency = payout_lines.currency
group by gone.batch, gone.currency;
