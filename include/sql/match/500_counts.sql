-- What did this run match and find?
--
-- Grain:   one row.
select
    (select count(*) from work_match_members where place = 1)::bigint as matched,
    (select count(*) from work_existing_matches where decided_match_id is null)::bigint as dissolved,
    (select count(*) from work_open_rows where bucket = 'pending')::bigint as pending,
    (select count(*) from work_discrepancies where change <> 'resolved')::bigint as discrepancies;
