-- Lines that were settled at another rate than the declared reference allows.
--
-- Grain:   one finding per line.
-- Binds:   rate_source (text), tolerance_basis_points (integer).
with

found as (

    insert into work_findings (
        finding_no, kind, currency, statement_minor, ledger_minor, delta_minor, exposure_minor,
        payment_key, economic_type, event_reference, lead_side, lead_item_id, detail
    )
    select
        finding_no,
        'fx_mismatch',
        settled_currency,
        settled_minor,
        expected_minor,
        settled_minor - expected_minor,
        abs(settled_minor - expected_minor),
        payment_key,
        economic_type,
        event_reference,
        'statement',
        item_id,
        format(
            'settled %%s for %%s: %%s of %%s has %%s %%s, which gives %%s; off by more than %%s basis points',
            internal.money_text(settled_minor, settled_currency),
            internal.money_text(gross_minor, gross_currency),
            %(rate_source)s::text,
            published_on,
            pair,
            rate,
            internal.money_text(expected_minor, settled_currency),
            %(tolerance_basis_points)s::integer
        )
    from work_compared_rates
    where is_off
    returning finding_no, lead_item_id

)

insert into work_finding_members (finding_no, side, item_id)
select
    finding_no,
    'statement',
    lead_item_id
from found;
