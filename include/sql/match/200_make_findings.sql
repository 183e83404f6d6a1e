-- Makes the empty tables of findings, their members and what is tolerated, which the next files fill.
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

-- Differences that a tolerance lets pass, by match and measure.
create unlogged table work_absorbed (
    match_id bigint not null,
    measure text not null,
    currency text not null,
    statement_minor bigint not null,
    ledger_minor bigint not null,
    absorbed_minor bigint not null,
    business_days integer,
    exposure_minor bigint not null,
    rule text not null,
    rule_version text not null
);
