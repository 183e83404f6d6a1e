-- What a parser yields: statements page by page, the figures that they state, and lines.
--
-- Grain:   one row per page of a statement, figure and line; empty at first.
-- Binds:   none.
create unlogged table work_parsed_pages (
    page_number integer not null,
    row_number integer not null,
    statement_key text not null,
    account text not null,
    currency text,
    sequence_number bigint,
    page integer,
    is_last_page boolean not null,
    opening_minor bigint,
    opened_on date,
    closing_minor bigint,
    covers_from date,
    covers_to date,
    version_stamp text
);

create unlogged table work_parsed_figures (
    page_number integer not null,
    what text not null,
    currency text not null,
    amount bigint not null
);

create unlogged table work_raw_rows (
    place integer generated always as identity (cache 1000),
    page_number integer not null,
    row_number integer not null,
    provider_type text not null,
    type text not null,
    economic_type text not null,
    gross_minor bigint,
    gross_currency text,
    fee_minor bigint,
    tax_minor bigint,
    net_minor bigint,
    net_currency text,
    booked_at timestamptz not null,
    booked_on date not null,
    source_zone text not null,
    value_date date,
    line_key text not null,
    psp_reference text,
    event_reference text,
    merchant_reference text,
    payout_reference text,
    further_references jsonb
)
