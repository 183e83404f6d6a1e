-- Forgets the members of dissolved matches by order or batch.
--
-- Binds:   leg (text).
delete from internal.shared_key_members
using work_existing_matches
where
    work_existing_matches.match_id = shared_key_members.match_id
    and work_existing_matches.decided_match_id is null
    and shared_key_members.leg = %(leg)s;
