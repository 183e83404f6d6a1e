-- What do the raw rows add up to, and is there a row that needs a closer look?
--
-- Grain:   one row per account, statement, type and pair of currencies as written, in work_control. The
--          sums are taken from the text, apart from the canonical lines that they later control.
-- Binds:   has_gross_sides, has_net_sides (boolean): debit and credit columns; has_net, has_line_id,
--          has_exchange_rate, has_costs and has_taxes (boolean); sign_is_open (boolean);
--          ties (boolean): rows are held to their net; is_signed (boolean); bad_amounts (text): a pattern
--          of what no amount has; text_bytes_max (integer).
--          Raises a data error where an amount is no number: then the row gates tell which. A flag may be
--          raised in vain, never missed.
-- Reason:  with an offset a text becomes a number once, and not wherever the number is used; what depends
--          on a currency is held against it once per group.
create unlogged table work_control as
with

amounts as (

    select
        raw.row_number,
        raw.account,
        raw.statement,
        raw.gross_currency,
        raw.net_currency,
        raw.exchange_rate,
        raw.balance::numeric as balance,
        raw.settled_gross::numeric as settled_gross,
        raw.gross_amount as gross,
        raw.net_amount as net,
        coalesce(raw.cost_amount, 0) as costs,
        coalesce(raw.tax_amount, 0) as taxes,
        raw.type_word,
        %(has_line_id)s::boolean and raw.line_id is null as lacks_id,
        written.amounts ~ %(bad_amounts)s::text
        or written.is_long and written.amounts ~ '[0-9]{16}'
        or raw.gross_credit is not null and raw.gross_debit is not null
        or raw.net_credit is not null and raw.net_debit is not null
        or case
            when %(is_signed)s::boolean and (%(has_gross_sides)s::boolean or %(has_net_sides)s::boolean)
                then position('-' in concat(raw.gross_debit, raw.gross_credit, raw.net_debit, raw.net_credit)) > 0
            else false
        end
        or greatest(
            octet_length(raw.line_id), octet_length(raw.type), octet_length(raw.subtype), octet_length(raw.statement),
            octet_length(raw.psp_reference), octet_length(raw.event_reference), octet_length(raw.merchant_reference),
            octet_length(raw.merchant_reference_2), octet_length(raw.payout_reference), octet_length(raw.further_1),
            octet_length(raw.further_2), octet_length(raw.further_3), octet_length(raw.further_4)
        ) > %(text_bytes_max)s as has_odd_text
    from work_raw_rows as raw
    cross join lateral (
        select
            concat_ws(
                '|', raw.gross_debit, raw.gross_credit, raw.net_debit, raw.net_credit, raw.cost_1, raw.cost_2,
                raw.cost_3, raw.cost_4, raw.cost_5, raw.cost_6, raw.tax_1, raw.tax_2, raw.tax_3, raw.gross, raw.net,
                raw.settled_gross, raw.balance
            ) as amounts,
            greatest(
                octet_length(raw.gross_debit), octet_length(raw.gross_credit), octet_length(raw.net_debit),
                octet_length(raw.net_credit), octet_length(raw.cost_1), octet_length(raw.cost_2),
                octet_length(raw.cost_3), octet_length(raw.cost_4), octet_length(raw.cost_5), octet_length(raw.cost_6),
                octet_length(raw.tax_1), octet_length(raw.tax_2), octet_length(raw.tax_3), octet_length(raw.gross),
                octet_length(raw.net), octet_length(raw.settled_gross), octet_length(raw.balance)
            ) > 15 as is_long
    ) as written
    offset '0'::bigint

),

signed as (

    select
        amounts.*,
        case
            when %(sign_is_open)s::boolean and gross - costs - taxes <> net
                then sign(net) * abs(gross)
            else gross
        end as signed_gross,
        case
            when %(sign_is_open)s::boolean and gross - costs - taxes <> net then abs(costs)
            else costs
        end as signed_costs,
        case
            when %(sign_is_open)s::boolean and gross - costs - taxes <> net then abs(taxes)
            else taxes
        end as signed_taxes
    from amounts

),

grouped as (

    select
        account,
        statement,
        type_word,
        gross_currency,
        net_currency,
        min(row_number) as first_row,
        max(row_number) as last_row,
        min(row_number) filter (where case when %(has_net)s::boolean then net is null else gross is null end)
            as first_row_without_amount,
        min(row_number) filter (where lacks_id) as first_row_without_id,
        count(*) as lines,
        count(gross) as gross_lines,
        sum(signed_gross) as gross,
        case when %(has_costs)s::boolean then sum(signed_costs) else 0 end as costs,
        case when %(has_taxes)s::boolean then sum(signed_taxes) else 0 end as taxes,
        sum(net) as net,
        sum(balance) as balance,
        count(*) filter (where gross_currency <> net_currency and settled_gross is null and signed_gross <> 0)
            as conversions,
        -- Without its point such a rate is a number below 50: half of its last decimal is over a hundredth of it.
        count(*) filter (
            where gross_currency <> net_currency and settled_gross is null and signed_gross <> 0
            and exchange_rate::numeric * 10::numeric ^ scale(exchange_rate::numeric) < 50
        ) as coarse_conversions,
        -- Of a sum of numbers the decimals are those of the one that has the most.
        max(scale(gross)) as gross_scale,
        max(greatest(scale(net), scale(costs), scale(taxes), scale(settled_gross))) as net_scale,
        -- How far a conversion is from its net, less what the printed rate leaves open in another currency.
        max(
            case
                when
                    %(ties)s::boolean and settled_gross is null
                    and (exchange_rate <> '1' or gross_currency <> net_currency)
                    then abs(
                        case when signed_gross = 0 then 0 else signed_gross * exchange_rate::numeric end
                        - signed_costs - signed_taxes - net
                    )
                    - case
                        when gross_currency = net_currency then 0
                        else coalesce(abs(signed_gross) * 0.5 / 10::numeric ^ scale(exchange_rate::numeric), 0)
                    end
            end
        ) as conversion_residual,
        bool_or(
            has_odd_text
            or (exchange_rate <> '1' or gross_currency <> net_currency) and (
                exchange_rate ~ '[^0-9.]|[0-9]{31}'
                or exchange_rate !~ '[0-9]'
                or %(ties)s::boolean and settled_gross is null and %(has_exchange_rate)s::boolean
                and gross_currency <> net_currency and signed_gross <> 0 and coalesce(exchange_rate::numeric, 0) = 0
            )
            or %(ties)s::boolean and (
                settled_gross - signed_costs - signed_taxes <> net
                or settled_gross <> gross
                and upper(coalesce(gross_currency, net_currency)) = upper(net_currency)
            )
        ) as has_suspect_row
    from signed
    group by account, statement, type_word, gross_currency, net_currency

)

select
    grouped.account,
    grouped.statement,
    grouped.type_word,
    grouped.gross_currency,
    grouped.net_currency,
    grouped.first_row,
    grouped.last_row,
    grouped.first_row_without_amount,
    grouped.first_row_without_id,
    grouped.lines,
    grouped.gross_lines,
    grouped.gross,
    grouped.costs,
    grouped.taxes,
    grouped.net,
    grouped.balance,
    grouped.conversions,
    grouped.coarse_conversions,
    grouped.has_suspect_row
    or grouped.gross_scale > coalesce(gross.decimals, net.decimals, 0)
    or grouped.net_scale > coalesce(net.decimals, 0)
    or net.minor_units < 1
    or gross.minor_units < 1
    -- A row is off by half a minor unit at most.
    or grouped.conversion_residual > 0.5 / 10::numeric ^ coalesce(net.exponent, 0) as is_suspect
from grouped
left join work_units as gross
    on grouped.gross_currency = gross.written
left join work_units as net
    on grouped.net_currency = net.written
