-- Was the workspace of an attempt emptied by a crash of the server? Then it is opened anew.
--
-- Grain:   one row.
-- Binds:   attempt_id (bigint).
select internal.restore_workspace(%(attempt_id)s) as was_lost
