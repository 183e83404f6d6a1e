-- How do the lines that are amended or withdrawn change each term of each batch?
--
-- Grain:   one row per batch, currency and term, as in the file that makes the table.
-- Binds:   account_id (integer), basis (text).
insert into work_waterfall_moves (
    batch, currency, term, detail, net_minor, costs_minor, lines, last_booked_at
)
select
    internal.batch_of(%(basis)s, line_scope, payout_reference, booked_on) as batch,
    coalesce(net_currency, gross_currency) as currency,
    internal.waterfall_term(type, economic_type, provider_type, coalesce(net_minor, gross_minor)) as term,
    case
        when type = 'payment' then null
        when type = 'payout' then payout_reference
        when type in ('reserve', 'reserve_hold', 'reserve_release') then booked_on::text
    end as detail,
    -sum(
        coalesce(net_minor, gross_minor - coalesce(fee_minor, 0) - coalesce(tax_minor, 0), 0)
    )::bigint as net_minor,
    -sum(coalesce(fee_minor, 0) + coalesce(tax_minor, 0))::bigint as costs_minor,
    -count(*) as lines,
    max(booked_at) as last_booked_at
from internal.statement_lines
where account_id = %(account_id)s
    and item_id in (select old_item_id from work_staged_lines where change in ('changed', 'withdrawn'))
    and coalesce(net_currency, gross_currency) is not null
group by 1, 2, 3, 4;
