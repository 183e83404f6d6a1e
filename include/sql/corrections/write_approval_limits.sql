-- Above which amount must two approve? As the configuration says.
--
-- Grain:   no rows.
-- Binds:   currencies (text[]), above_minor (bigint[]), in the same order.
insert into internal.approval_limits as known (currency, second_approver_above_minor)
select
    currency,
    above_minor
from unnest(%(currencies)s::text[], %(above_minor)s::bigint[]) as wanted (currency, above_minor)
on conflict (currency) do update set second_approver_above_minor = excluded.second_approver_above_minor
where known.second_approver_above_minor <> excluded.second_approver_above_minor
