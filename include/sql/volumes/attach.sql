-- Does the staged table become a partition of its bulk table, as it stands?
--
-- Grain:   one row; false where it was too small to be adopted, or has no indexes.
-- Binds:   attempt_id (bigint), table and bulk_table (text), run_number (bigint): of a run that
--          this transaction stored.
select internal.attach_volume(
    %(attempt_id)s, %(table)s, %(bulk_table)s, %(run_number)s
) as is_attached;
