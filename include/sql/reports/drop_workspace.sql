-- Drops an attempt's workspace, once its files are kept and in their folder.
--
-- Grain:   one row.
-- Binds:   attempt_id (bigint).
select internal.drop_workspace(%(attempt_id)s)
