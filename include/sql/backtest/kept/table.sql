-- An empty table for what the warehouse has in {{table}}, beside the one that is replayed into.
create table history.{table} (like internal.{table})
