-- Remembers which rows each discrepancy has had as members.
--
-- Binds:   account_id (integer), run_number (bigint).
insert into internal.discrepancy_identities (
    account_id, leg, aspect, member_key, discrepancy_id, opened_run_number
)
select
    %(account_id)s,
    discrepancies.leg,
    discrepancies.slot,
    members.member_key,
    discrepancies.discrepancy_id,
    coalesce(first_runs.run_number, %(run_number)s)
from work_discrepancies as discrepancies
cross join lateral unnest(discrepancies.member_keys) as members (member_key)
left join internal.runs as first_runs on discrepancies.first_run_id = first_runs.run_id
where discrepancies.change <> 'resolved'
on conflict do nothing;
