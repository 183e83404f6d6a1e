-- Lines without one of the fields that every balance transaction has, or with a number that is none.
--
-- Grain:   one row per line and field, the first ten; no row means the promise holds.
-- Binds:   none.
select
    raw.row_number,
    missing.column_name,
    missing.expected,
    missing.found
from work_raw_rows as raw
cross join lateral (
    select
        bad.name as column_name,
        'a whole number of at most 15 digits' as expected,
        'something else' as found
    from unnest(raw.bad_numbers) as bad (name)
    union all
    select
        'type',
        'a type word',
        'nothing'
    where coalesce(raw.reporting_category, raw.type) is null
    union all
    select
        'id',
        'an id that begins with txn_',
        left(raw.id, 40)
    where raw.id !~ '^txn_[A-Za-z0-9_]{1,250}$'
    union all
    select
        'fee_details',
        'whole numbers that sum to the fee',
        'something else'
    from jsonb_array_elements(raw.fee_details) as detail
    where
        jsonb_typeof(detail) <> 'object'
        or jsonb_typeof(detail -> 'amount') is distinct from 'number'
        or detail ->> 'amount' !~ '^-?[0-9]{1,15}$'
) as missing
order by raw.row_number, missing.column_name
limit 10
