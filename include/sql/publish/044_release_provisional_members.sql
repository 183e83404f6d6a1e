-- Forgets the members of dissolved provisional matches.
--
-- Binds:   leg (text).
delete from internal.provisional_members
using work_existing_matches
where
    work_existing_matches.match_id = provisional_members.match_id
    and work_existing_matches.decided_match_id is null
    and provisional_members.leg = %(leg)s;
