-- Makes the empty tables of findings and their members, which the next files fill.
create unlogged table work_findings (
    finding_no bigint primary key,
    kind text not null,
    currency text,
    statement_minor bigint,
    ledger_minor bigint,
    delta_minor bigint not null,
    exposure_minor bigint,
    payment_key text,
    economic_type text,
    event_reference text,
    due_at timestamptz,
    due_on date,
    lead_side text,
    lead_item_id bigint,
    detail text not null default '',
    carried_id text
);

create unlogged table work_finding_members (
    finding_no bigint not null,
    side text not null,
    item_id bigint not null
);

-- Natural keys of findings that have no row of either side: a statement that is not there.
create unlogged table work_finding_keys (
    finding_no bigint not null,
    member_key text not null
);
