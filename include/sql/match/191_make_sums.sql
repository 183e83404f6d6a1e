-- Makes the empty tables of what adds up, and of what does not for certain.
--
-- Outcome: 'match' (the only answer), 'ambiguous' (all rows of answers that can't all be true),
--          'fits' (one of those answers), 'chance' (the only answer, among too many rows to prove
--          anything), 'near' (the nearest miss), 'past_bound' (not searched).
create unlogged table work_sum_rows (
    side text not null,
    item_id bigint not null,
    component bigint not null,
    is_past_bound boolean not null,
    place bigint not null,
    currency text not null,
    amount_minor bigint not null,
    economic_type text not null,
    psp_reference text,
    merchant_reference text,
    event_reference text
);

create unlogged table work_sums (
    sum_no integer primary key,
    outcome text not null,
    ambiguous_sum_no integer,
    answers bigint,
    match_id bigint not null default nextval('internal.item_ids')
);

create unlogged table work_sum_members (
    sum_no integer not null,
    side text not null,
    item_id bigint not null
);

create unlogged table work_sum_notes (
    side text not null,
    item_id bigint not null,
    note text not null
);
