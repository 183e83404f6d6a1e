-- Which volume of its bulk table does the staged table become, as it stands?
--
-- Grain:   one row; NULL where it was too small to be adopted, or has no indexes.
-- Binds:   attempt_id (bigint), table (text), run_number (bigint): of a run that
--          this transaction stored.
select internal.attach_volume(
    %(attempt_id)s, %(table)s, %(run_number)s
) as volume;
