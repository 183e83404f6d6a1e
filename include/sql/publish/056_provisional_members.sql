-- Notes the members of new matches that no reference stands behind, for the next run to decide again.
--
-- Binds:   account_id (integer), leg (text).
insert into internal.provisional_members (leg, item_id, match_id, account_id, side)
select
    %(leg)s,
    item_id,
    match_id,
    %(account_id)s,
    side
from work_hard
where
    state = 'matched'
    and rule = 'only_sum'
    and match_id not in (
        select decided_match_id from work_existing_matches where decided_match_id is not null
    );
