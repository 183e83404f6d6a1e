-- Which rows broke a check? Kept in the order of the answer.
--
-- Grain:   no rows; adds one row per violation.
-- Binds:   check_run_id (bigint), rows (jsonb): an array of objects with the columns of an invariant.
insert into internal.violations (check_run_id, place, object, currency, amount_minor, occurred_at, what)
select
    %(check_run_id)s,
    found.place,
    broken.object,
    broken.currency,
    broken.amount_minor,
    broken.occurred_at,
    broken.what
from jsonb_array_elements(%(rows)s) with ordinality as found (entry, place)
cross join
    lateral jsonb_to_record(found.entry) as broken (
        object text, currency text, amount_minor bigint, occurred_at timestamptz, what text
    )
