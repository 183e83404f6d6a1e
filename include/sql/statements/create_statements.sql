-- The statements of the delivery that is being let in.
--
-- Grain:   one row per statement; empty at first.
-- Binds:   none.
create unlogged table work_statements (
    statement_id bigint not null,
    statement_key text not null,
    sequence_number bigint
)
