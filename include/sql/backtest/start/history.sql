-- Makes the place for what the warehouse has, which the replay may look into.
create schema history;

grant usage on schema history to reconciliation_rw;
