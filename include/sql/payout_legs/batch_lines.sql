-- Of which batch is each line, in which term of the waterfall does it count, and with how much?
--
-- Grain:   one row per line that arrives (sign 1) or that is changed or withdrawn (sign -1).
-- Reason:  a leg that begins has no waterfall at the head: all lines in force are new to it. {{parent}}
--          is the workspace that holds the staged lines. Loans and invoices have no type of their own:
--          the provider's words tell them, and fees of card schemes likewise.
create view work_batch_lines as
select
    lines.sign,
    case (select basis from work_payout_leg)
        when 'statement' then lines.line_scope
        when 'reference' then coalesce(lines.payout_reference, '')
        else lines.booked_on::text
    end as batch,
    coalesce(lines.net_currency, lines.gross_currency) as currency,
    case lines.type
        when 'payment' then 'captures'
        when 'payout' then case when coalesce(lines.net_minor, lines.gross_minor) > 0 then 'returned' else 'paid_out' end
        when 'refund' then 'refunds'
        when 'chargeback' then 'chargebacks'
        when 'reversal' then case lines.economic_type when 'refund' then 'refunds' else 'chargebacks' end
        when 'balance'
            then case when coalesce(lines.net_minor, lines.gross_minor) < 0 then 'carried_out' else 'carried_in' end
        when 'reserve_hold' then 'reserve_held'
        when 'reserve_release' then 'reserve_released'
        when 'reserve'
            then case when coalesce(lines.net_minor, lines.gross_minor) < 0 then 'reserve_held' else 'reserve_released' end
        when 'conversion' then 'fx'
        when 'fee'
            then
                case
                    when lines.provider_type ~* '(scheme|interchange|network)' then 'scheme_fees'
                    when lines.provider_type ~* '(loan|capital|financ|advance|invoice|deduction)' then 'deductions'
                    else 'processing_fees'
                end
        else
            case
                when lines.provider_type ~* '(loan|capital|financ|advance|invoice|deduction)' then 'deductions'
                else 'adjustments'
            end
    end as term,
    coalesce(
        lines.net_minor, lines.gross_minor - coalesce(lines.fee_minor, 0) - coalesce(lines.tax_minor, 0), 0
    ) as net_minor,
    coalesce(lines.fee_minor, 0) + coalesce(lines.tax_minor, 0) as costs_minor,
    lines.payout_reference,
    lines.booked_at,
    lines.booked_on
from (
    select
        1 as sign,
        line_scope,
        payout_reference,
        provider_type,
        type,
        economic_type,
        gross_minor,
        gross_currency,
        fee_minor,
        tax_minor,
        net_minor,
        net_currency,
        booked_at,
        booked_on
    from {parent}.work_line_changes
    where change in ('new', 'changed')
    union all
    select
        -1,
        known.line_scope,
        known.payout_reference,
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
        known.booked_on
    from {parent}.work_line_changes as changes
    inner join internal.statement_lines as known on changes.old_item_id = known.item_id
    where
        changes.change in ('changed', 'withdrawn')
        and known.account_id = (select account_id from work_leg)
        and not (select begins from work_leg)
    union all
    select
        1,
        known.line_scope,
        known.payout_reference,
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
        known.booked_on
    from internal.statement_lines as known
    where
        (select begins from work_leg)
        and known.account_id = (select account_id from work_leg)
        and known.last_run_number is null
        and known.item_id not in (
            select old_item_id from {parent}.work_line_changes
            where change in ('changed', 'withdrawn')
        )
) as lines
where coalesce(lines.net_currency, lines.gross_currency) is not null;
