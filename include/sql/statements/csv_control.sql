-- What do the raw rows add up to, and is there a row that needs a closer look?
--
-- Grain:   one row per account, statement, type and pair of currencies as written, in work_control. The
--          sums are taken from the text, apart from the canonical lines that they later control.
-- Binds:   has_gross_sides, has_net_sides (boolean): debit and credit columns; has_net, has_line_id,
--          has_subtype, has_exchange_rate, has_costs and has_taxes (boolean); cost_sign (integer);
--          sign_is_open (boolean); ties (boolean): rows are held to their net; is_signed (boolean); bad_amounts (text): a pattern of what no amount has;
--          text_bytes_max (integer).
--          Raises a data error where an amount is no number: then the row gates tell which. A flag may be
--          raised in vain, never missed.
create unlogged table work_control as
with

amounts as (

    select
        raw.row_number,
        raw.line_id,
        raw.account,
        raw.statement,
        raw.gross_currency,
        raw.net_currency,
        raw.exchange_rate,
        raw.balance,
        raw.settled_gross::numeric as settled_gross,
        net.exponent as net_exponent,
        case
            when %(has_subtype)s::boolean then lower(concat_ws(' / ', raw.type, raw.subtype))
            else lower(raw.type)
        end as type_word,
        case
            when %(has_gross_sides)s::boolean
                then coalesce(raw.gross_credit::numeric, -raw.gross_debit::numeric)
                    - case when raw.gross_credit is not null then coalesce(raw.gross_debit::numeric, 0) else 0 end
            else raw.gross::numeric
        end as gross,
        case
            when %(has_net_sides)s::boolean
                then coalesce(raw.net_credit::numeric, -raw.net_debit::numeric)
                    - case when raw.net_credit is not null then coalesce(raw.net_debit::numeric, 0) else 0 end
            else raw.net::numeric
        end as net,
        case
            when %(has_costs)s::boolean
                then %(cost_sign)s::integer * (
                    coalesce(raw.cost_1::numeric, 0) + coalesce(raw.cost_2::numeric, 0)
                    + coalesce(raw.cost_3::numeric, 0) + coalesce(raw.cost_4::numeric, 0)
                    + coalesce(raw.cost_5::numeric, 0) + coalesce(raw.cost_6::numeric, 0)
                )
            else 0
        end as costs,
        case
            when %(has_taxes)s::boolean
                then %(cost_sign)s::integer * (
                    coalesce(raw.tax_1::numeric, 0) + coalesce(raw.tax_2::numeric, 0)
                    + coalesce(raw.tax_3::numeric, 0)
                )
            else 0
        end as taxes,
        (raw.gross_credit is not null and raw.gross_debit is not null)
        or (raw.net_credit is not null and raw.net_debit is not null) as has_both_sides,
        concat_ws(
            '|', raw.gross_debit, raw.gross_credit, raw.net_debit, raw.net_credit, raw.cost_1, raw.cost_2,
            raw.cost_3, raw.cost_4, raw.cost_5, raw.cost_6, raw.tax_1, raw.tax_2, raw.tax_3, raw.gross, raw.net,
            raw.settled_gross, raw.balance
        ) as written_amounts,
        greatest(
            octet_length(raw.gross_debit), octet_length(raw.gross_credit), octet_length(raw.net_debit),
            octet_length(raw.net_credit), octet_length(raw.cost_1), octet_length(raw.cost_2), octet_length(raw.cost_3),
            octet_length(raw.cost_4), octet_length(raw.cost_5), octet_length(raw.cost_6), octet_length(raw.tax_1),
            octet_length(raw.tax_2), octet_length(raw.tax_3), octet_length(raw.gross), octet_length(raw.net),
            octet_length(raw.settled_gross), octet_length(raw.balance)
        ) > 15 as has_long_amount,
        case
            when %(is_signed)s::boolean
                then position('-' in concat(raw.gross_debit, raw.gross_credit, raw.net_debit, raw.net_credit)) > 0
            else false
        end as has_signed_side,
        coalesce(gross.decimals, net.decimals, 0) as gross_decimals,
        coalesce(net.decimals, 0) as net_decimals,
        net.minor_units < 1 or gross.minor_units < 1 as has_large_unit,
        greatest(
            octet_length(raw.line_id), octet_length(raw.type), octet_length(raw.subtype), octet_length(raw.statement),
            octet_length(raw.psp_reference), octet_length(raw.event_reference), octet_length(raw.merchant_reference),
            octet_length(raw.merchant_reference_2), octet_length(raw.payout_reference), octet_length(raw.further_1),
            octet_length(raw.further_2), octet_length(raw.further_3), octet_length(raw.further_4)
        ) > %(text_bytes_max)s as has_long_text
    from work_raw_rows as raw
    left join work_units as gross
        on raw.gross_currency = gross.written
    left join work_units as net
        on raw.net_currency = net.written

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

)

select
    account,
    statement,
    type_word,
    gross_currency,
    net_currency,
    min(row_number) as first_row,
    min(row_number) filter (where case when %(has_net)s::boolean then net is null else gross is null end)
        as first_row_without_amount,
    min(row_number) filter (where %(has_line_id)s::boolean and line_id is null) as first_row_without_id,
    count(*) as lines,
    count(signed_gross) as gross_lines,
    sum(signed_gross) as gross,
    sum(signed_costs) as costs,
    sum(signed_taxes) as taxes,
    sum(net) as net,
    sum(balance::numeric) as balance,
    count(*) filter (where gross_currency <> net_currency and settled_gross is null and signed_gross <> 0)
        as conversions,
    -- Without its point such a rate is a number below 50: half of its last decimal is over a hundredth of it.
    count(*) filter (
        where gross_currency <> net_currency and settled_gross is null and signed_gross <> 0
        and exchange_rate::numeric * 10::numeric ^ scale(exchange_rate::numeric) < 50
    ) as coarse_conversions,
    bool_or(
        written_amounts ~ %(bad_amounts)s::text
        or has_long_amount and written_amounts ~ '[0-9]{16}'
        or has_signed_side
        or has_long_text
        -- Of a sum of numbers the decimals are those of the one that has the most.
        or scale(gross) > gross_decimals
        or greatest(scale(net), scale(costs), scale(taxes), scale(settled_gross)) > net_decimals
        or has_large_unit
        or has_both_sides
        or (exchange_rate <> '1' or gross_currency <> net_currency) and (
            exchange_rate ~ '[^0-9.]|[0-9]{31}'
            or exchange_rate !~ '[0-9]'
            or %(ties)s::boolean and settled_gross is null and (
                -- The bound: half a minor unit, and in another currency what the printed rate leaves open.
                abs(
                    case when signed_gross = 0 then 0 else signed_gross * exchange_rate::numeric end
                    - signed_costs - signed_taxes - net
                )
                > 0.5 / 10::numeric ^ coalesce(net_exponent, 0) + case
                    when gross_currency = net_currency then 0
                    else coalesce(abs(signed_gross) * 0.5 / 10::numeric ^ scale(exchange_rate::numeric), 0)
                end
                or %(has_exchange_rate)s::boolean and gross_currency <> net_currency and signed_gross <> 0
                and coalesce(exchange_rate::numeric, 0) = 0
            )
        )
        or %(ties)s::boolean and settled_gross - signed_costs - signed_taxes <> net
    ) as is_suspect
from signed
group by account, statement, type_word, gross_currency, net_currency
