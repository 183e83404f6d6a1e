-- Makes an empty table of compared rates: nothing was settled in another currency.
create unlogged table work_compared_rates (
    finding_no bigint,
    gross_minor bigint,
    settled_minor bigint,
    expected_minor bigint,
    pair text,
    rate numeric,
    published_on date,
    previous_rate numeric,
    previous_on date,
    is_direct boolean,
    shift numeric
);
