-- What do the raw rows add up to, and is there a row that needs a closer look?
--
-- Grain:   one row per account, batch, type and pair of currencies as written, in work_control. The
--          sums are taken from the text, apart from the canonical lines that they later control.
-- Binds:   none. Raises a data error where an amount is no number: then the row gates tell which.
create unlogged table work_control as
with

currencies as (

    select
        code,
        10::numeric ^ exponent as minor_units,
        '\.[0-9]{' || exponent || '}0*[1-9]' as excess_pattern
    from internal.currencies

),

numbers as (

    select
        raw.row_number,
        raw.merchant_account,
        raw.batch_number,
        lower(raw.type) as type_word,
        raw.gross_currency,
        raw.net_currency,
        raw.gross_debit_gc::numeric as gross_debit,
        raw.gross_credit_gc::numeric as gross_credit,
        raw.net_debit_nc::numeric as net_debit,
        raw.net_credit_nc::numeric as net_credit,
        coalesce(raw.commission_nc::numeric, 0) + coalesce(raw.markup_nc::numeric, 0)
        + coalesce(raw.scheme_fees_nc::numeric, 0) + coalesce(raw.interchange_nc::numeric, 0) as costs,
        coalesce(raw.commission_nc, raw.markup_nc, raw.scheme_fees_nc, raw.interchange_nc) is not null as has_costs,
        raw.exchange_rate::numeric as exchange_rate,
        concat_ws(
            '|', raw.gross_debit_gc, raw.gross_credit_gc, raw.exchange_rate, raw.net_debit_nc, raw.net_credit_nc,
            raw.commission_nc, raw.markup_nc, raw.scheme_fees_nc, raw.interchange_nc
        ) ~ '[^0-9.|]|[0-9]{31}' as has_bad_text,
        concat_ws('|', raw.gross_debit_gc, raw.gross_credit_gc) ~ gross.excess_pattern
        or concat_ws(
            '|', raw.net_debit_nc, raw.net_credit_nc, raw.commission_nc, raw.markup_nc, raw.scheme_fees_nc,
            raw.interchange_nc
        ) ~ net.excess_pattern as has_excess_decimals,
        0.5 / net.minor_units as half_minor_unit
    from work_raw_rows as raw
    left join currencies as gross
        on raw.gross_currency = gross.code
    left join currencies as net
        on raw.net_currency = net.code
    offset 0

),

checked as (

    select
        numbers.*,
        gross_debit <> 0 and gross_credit <> 0 or net_debit <> 0 and net_credit <> 0 as has_both_sides,
        -- The bound: half a minor unit, and in another currency what the printed rate leaves open.
        abs(
            (coalesce(gross_credit, 0) - coalesce(gross_debit, 0)) * exchange_rate - costs
            - coalesce(net_credit, 0) + coalesce(net_debit, 0)
        ) > half_minor_unit + case
            when gross_currency = net_currency then 0
            else coalesce(gross_credit, gross_debit) * 0.5 / 10::numeric ^ scale(exchange_rate)
        end
        and coalesce(gross_debit, gross_credit) is not null
        and coalesce(net_debit, net_credit) is not null as does_not_tie
    from numbers

)

select
    merchant_account,
    batch_number,
    type_word,
    gross_currency,
    net_currency,
    min(row_number) as first_row,
    count(*) as lines,
    count(*) filter (where coalesce(gross_debit, gross_credit) is not null) as gross_lines,
    coalesce(sum(gross_credit), 0) - coalesce(sum(gross_debit), 0) as gross,
    sum(costs) as costs,
    coalesce(sum(net_credit), 0) - coalesce(sum(net_debit), 0) as net,
    coalesce(bool_or(has_bad_text or has_excess_decimals or has_both_sides or does_not_tie), false) as is_suspect
from checked
group by merchant_account, batch_number, type_word, gross_currency, net_currency
