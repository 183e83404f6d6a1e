-- Figures of a statement, totals and counts, that its lines do not come to.
--
-- Grain:   one row per page and figure; no row means the promise holds.
-- Binds:   none. A figure without a currency is over all of them.
with

counted as (

    select
        figures.page_number,
        figures.what,
        figures.currency,
        figures.amount,
        count(raw.place) as lines,
        count(raw.place) filter (where raw.gross_minor > 0) as credit_lines,
        count(raw.place) filter (where raw.gross_minor < 0) as debit_lines,
        coalesce(sum(raw.gross_minor) filter (where raw.gross_minor > 0), 0) as gross_credits,
        coalesce(-sum(raw.gross_minor) filter (where raw.gross_minor < 0), 0) as gross_debits,
        coalesce(-sum(raw.fee_minor) filter (where raw.fee_minor < 0), 0) as fee_credits,
        coalesce(sum(raw.fee_minor) filter (where raw.fee_minor > 0), 0) as fee_debits,
        coalesce(sum(raw.net_minor), 0) as net
    from work_parsed_figures as figures
    left join work_raw_rows as raw
        on
            figures.page_number = raw.page_number
            and (figures.currency = '' or figures.currency = raw.net_currency)
    where figures.what not in ('opening', 'closing')
    group by figures.page_number, figures.what, figures.currency, figures.amount

),

compared as (

    select
        counted.*,
        case what
            when 'lines' then lines
            when 'credit_lines' then credit_lines
            when 'debit_lines' then debit_lines
            when 'credits' then gross_credits
            when 'debits' then gross_debits
            when 'gross_credits' then gross_credits
            when 'gross_debits' then gross_debits
            when 'fee_credits' then fee_credits
            when 'fee_debits' then fee_debits
            when 'net' then net
        end as found_amount
    from counted

)

select
    statements.row_number,
    replace(compared.what, '_', ' ') || ' of ' || statements.own_key as column_name,
    case
        when compared.currency = '' or compared.what like '%%lines' then compared.amount::text
        else internal.money_text(compared.amount, compared.currency)
    end as expected,
    case
        when compared.currency = '' or compared.what like '%%lines' then compared.found_amount::text
        else internal.money_text(compared.found_amount::bigint, compared.currency)
    end as found
from compared
inner join work_parsed_statements as statements
    on compared.page_number = statements.page_number
where compared.amount <> compared.found_amount
order by compared.page_number, compared.what, compared.currency
