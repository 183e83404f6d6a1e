-- Takes the members of dissolved matches out of the matches in force.
--
-- Binds:   leg (text).
delete from internal.match_members
using work_existing_matches
where
    work_existing_matches.match_id = match_members.match_id
    and work_existing_matches.decided_match_id is null
    and match_members.leg = %(leg)s;
