-- In which statements do the balances beside the lines not follow from one another?
--
-- Grain:   one row per statement and currency in which they do so neither downwards nor upwards; the rows that
--          break them downwards, and the first of these.
-- Binds:   none. Reads work_types, work_units, work_statement_keys. A column
--          that holds nothing but 0 says nothing.
with

stated as (

    select
        raw.row_number,
        keys.statement_key,
        units.code as currency,
        types.is_line,
        raw.net_amount as net,
        coalesce(nullif(raw.balance::numeric, 0), case when types.is_line then 0 else raw.net_amount end) as balance
    from work_raw_rows as raw
    inner join work_types as types
        on
            raw.type_word = types.type_word
            and (types.is_line or types.type = 'opening')
    inner join work_units as units
        on raw.net_currency = units.written
    inner join work_statement_keys as keys
        on coalesce(raw.statement, '') = keys.written
    where raw.balance is not null

),

steps as (

    select
        stated.*,
        is_line and balance <> net + lag(balance) over from_above as is_broken,
        is_line and balance <> net + lead(balance) over from_above as is_broken_upwards
    from stated
    window from_above as (partition by statement_key, currency order by row_number)

)

select
    statement_key,
    currency,
    count(*) filter (where is_broken) as broken_rows,
    min(row_number) filter (where is_broken) as first_row
from steps
group by statement_key, currency
having
    bool_or(is_broken)
    and bool_or(is_broken_upwards)
    and bool_or(is_line and balance <> 0)
order by statement_key, currency
