-- The deliveries whose lines are staged, while some still wait for their turn.
--
-- Grain:   one row per delivery; empty at first.
-- Binds:   none.
create unlogged table work_gated_deliveries (
    delivery_id bigint primary key
)
