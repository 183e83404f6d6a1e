-- Makes the lines of the bank: one per payout, in its account's books as a run has published them.
--
-- Grain:   one row per line. Every 1,009th is 1.50 short, every 1,013th is not there.
-- Binds:   account_id (integer: the bank's), payouts, lines (integer), run_number, volume (bigint).
insert into internal.statement_lines (
    item_id, account_id, statement_id, line_scope, line_key, occurrence, provider_type, type, economic_type,
    is_expected, payment_key, psp_reference, merchant_reference, gross_minor, gross_currency, net_minor,
    net_currency, booked_at, booked_on, source_zone, row_number, first_run_number, volume
)
select
    4000000000000::bigint + payout,
    %(account_id)s,
    1,
    'S1',
    'B' || payout,
    1,
    'RCDT ESCT',
    'bank_entry',
    'bank_entry',
    false,
    'B' || payout,
    'B' || payout,
    'TX' || payout || 'XT',
    amounts.minor,
    'EUR',
    amounts.minor,
    'EUR',
    '2026-03-03',
    '2026-03-03',
    'date only',
    payout,
    %(run_number)s,
    %(volume)s
from generate_series(1, %(payouts)s) as payouts (payout)
cross join lateral (
    select
        990::bigint * %(lines)s + %(lines)s::bigint * (%(lines)s + 1) / 2
        - case when payout %% 1009 = 0 then 150 else 0 end as minor
) as amounts
where payout %% 1013 <> 0;
