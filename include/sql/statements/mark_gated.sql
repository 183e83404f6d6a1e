-- Notes that the gate has seen a delivery.
--
-- Grain:   updates one row.
-- Binds:   delivery_id (bigint).
update internal.deliveries
set gated_at = coalesce(gated_at, clock_timestamp())
where delivery_id = %(delivery_id)s
