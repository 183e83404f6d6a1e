-- Which terms of the identities are others in a later run than in an earlier one?
--
-- Grain:   one row per leg, measure, currency and term that differs.
-- Binds:   before, after (bigint: run numbers).
with

terms as (

    select
        run_totals.run_number,
        run_totals.leg,
        run_totals.measure,
        run_totals.currency,
        term.key as term,
        term.value::bigint as amount_minor
    from internal.run_totals
    cross join lateral jsonb_each_text(
        to_jsonb(run_totals) - array['run_number', 'leg', 'measure', 'currency']
    ) as term
    where run_totals.run_number in (%(before)s, %(after)s)

)

select
    leg,
    measure,
    currency,
    regexp_replace(term, '_minor$', '') as term,
    coalesce(sum(amount_minor) filter (where run_number = %(before)s), 0)::bigint as before_minor,
    coalesce(sum(amount_minor) filter (where run_number = %(after)s), 0)::bigint as after_minor
from terms
group by leg, measure, currency, term
having
    coalesce(sum(amount_minor) filter (where run_number = %(before)s), 0)
    <> coalesce(sum(amount_minor) filter (where run_number = %(after)s), 0)
order by leg, measure, currency, term
