-- Notes the members of new matches by order or batch: what touches one of them touches all.
--
-- Binds:   account_id (integer), leg (text).
insert into internal.shared_key_members (leg, item_id, match_id, account_id, payment_key, shared_key)
select
    %(leg)s,
    work_hard.item_id,
    work_hard.match_id,
    %(account_id)s,
    work_hard.payment_key,
    work_shared_rows.shared_key
from work_shared_rows
inner join work_hard
    on
        work_shared_rows.side = work_hard.side
        and work_shared_rows.item_id = work_hard.item_id
        and work_shared_rows.match_id = work_hard.match_id
where
    work_hard.state = 'matched'
    and work_hard.match_id not in (
        select decided_match_id from work_existing_matches where decided_match_id is not null
    );
