-- What the lines of this run bring is what the waterfalls change by: none is lost, none counted twice.
--
-- Grain:   one row per currency where it is not so.
-- Binds:   account_id (integer).
-- Reason:  summed from the staged lines by themselves, without the terms of the waterfalls.
with

of_lines as (

    select
        moves.currency,
        sum(moves.net_minor)::bigint as net_minor
    from (
        select
            coalesce(net_currency, gross_currency) as currency,
            coalesce(net_minor, gross_minor - coalesce(fee_minor, 0) - coalesce(tax_minor, 0), 0) as net_minor
        from work_staged_lines
        where change in ('new', 'changed')
        union all
        select
            coalesce(known.net_currency, known.gross_currency),
            -coalesce(known.net_minor, known.gross_minor - coalesce(known.fee_minor, 0) - coalesce(known.tax_minor, 0), 0)
        from work_staged_lines as changes
        inner join internal.statement_lines as known on changes.old_item_id = known.item_id
        where
            changes.change in ('changed', 'withdrawn')
            and known.account_id = %(account_id)s
            and not (select begins from work_leg)
        union all
        select
            coalesce(net_currency, gross_currency),
            coalesce(net_minor, gross_minor - coalesce(fee_minor, 0) - coalesce(tax_minor, 0), 0)
        from internal.statement_lines
        where
            (select begins from work_leg)
            and account_id = %(account_id)s
            and last_run_number is null
            and item_id not in (
                select old_item_id from work_staged_lines where change in ('changed', 'withdrawn')
            )
    ) as moves
    where moves.currency is not null
    group by moves.currency

),

of_waterfalls as (

    select
        currency,
        sum(
            case change when 'withdrawn' then 0 else net_minor - paid_minor end
            - coalesce(old_net_minor - old_paid_minor, 0)
        )::bigint as net_minor
    from work_waterfall_changes
    group by currency

)

select
    'lines in ' || currency as what,
    coalesce(of_lines.net_minor, 0) as expected,
    coalesce(of_waterfalls.net_minor, 0) as found
from of_lines
full join of_waterfalls using (currency)
where coalesce(of_lines.net_minor, 0) <> coalesce(of_waterfalls.net_minor, 0)
order by what;
