-- Which reference rate holds on each day, from each currency to each other?
--
-- Grain:   one row per day and pair, both ways round; a rate holds until the next, a few days at most.
-- Binds:   reference_rates (jsonb: rows of day, base, quote and rate, the rate as text), days_back (integer).
-- Reason:  a line finds its rate by equality alone.
create unlogged table work_reference_rates as
with

published as (

    select
        rates.day as published_on,
        rates.base,
        rates.quote,
        rates.rate::numeric as rate,
        lag(rates.rate::numeric) over of_pair as previous_rate,
        lag(rates.day) over of_pair as previous_on,
        lead(rates.day) over of_pair as next_on
    from jsonb_to_recordset(%(reference_rates)s::jsonb) as rates (day date, base text, quote text, rate text)
    window of_pair as (partition by rates.base, rates.quote order by rates.day)

)

select
    days.day::date as day,
    ways.gross_currency,
    ways.settled_currency,
    ways.is_direct,
    published.base || '/' || published.quote as pair,
    published.published_on,
    published.rate,
    published.previous_on,
    published.previous_rate
from published
cross join lateral (
    values
    (published.base, published.quote, true),
    (published.quote, published.base, false)
) as ways (gross_currency, settled_currency, is_direct)
cross join lateral generate_series(
    published.published_on,
    least(published.published_on + %(days_back)s, published.next_on - 1),
    interval '1 day'
) as days (day);
