-- What was copied can be read by the role that replays, and its size is known.
grant select on all tables in schema history to reconciliation_rw;

analyze
