-- Makes the empty list of events that findings of several legs speak of.
create unlogged table work_leg_events (
    discrepancy_id text not null,
    payment_key text not null,
    economic_type text not null,
    event_reference text
);
