-- Makes the empty tables of the formulas that hold, and of what is claimed of them.
create unlogged table work_cause_candidates (
    discrepancy_id text not null,
    cause text not null,
    with_discrepancy_id text,
    evidence jsonb not null,
    action text not null,
    books_entry boolean not null
);

create table work_causes (
    discrepancy_id text not null,
    cause text not null,
    is_claimed boolean not null,
    solutions integer not null,
    with_discrepancy_id text,
    evidence jsonb not null,
    correction text not null,
    correction_minor bigint
);
