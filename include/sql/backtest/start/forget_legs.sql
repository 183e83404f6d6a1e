-- Leaves out of the history in {{table}} what it has of legs that are not replayed.
--
-- Binds:   legs (text[]).
delete from history.{table} where leg = any(%(legs)s)
