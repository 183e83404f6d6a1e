-- Ends the matches that this run dissolves.
--
-- Binds:   account_id (integer), run_number (bigint).
update internal.matches set last_run_number = %(run_number)s
from work_existing_matches
where
    work_existing_matches.decided_match_id is null
    and matches.account_id = %(account_id)s
    and matches.match_id = work_existing_matches.match_id
    and matches.last_run_number is null;
