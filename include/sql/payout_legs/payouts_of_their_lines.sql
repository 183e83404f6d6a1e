-- Which payouts have no row on the statement, and what do the lines that name each come to?
--
-- Grain:   one payout line per batch and currency that this run touches, of all where the leg begins.
--          {{lines}} is the part of the workspace of statement_payout.
-- Binds:   account_id (integer).
-- Reason:  dated by the last of its lines: nothing tells its own day. At the bank it goes by the one
--          UTR that its lines give, else by its own name. What came back names the payout that it was as
--          its event, and the one that carries it as its payout.
with

known_lines as (

    select
        item_id,
        type,
        event_reference,
        payout_reference,
        further_references
    from work_staged_lines
    where change in ('new', 'changed')
    union all
    select
        item_id,
        type,
        event_reference,
        payout_reference,
        further_references
    from internal.statement_lines
    where account_id = %(account_id)s and last_run_number is null and (select begins from work_leg)

),

named as (

    update work_payout_lines set payout_reference = known_lines.event_reference
    from known_lines
    where
        work_payout_lines.payout_item_id = known_lines.item_id
        and known_lines.type = 'payout'
        and known_lines.event_reference is not null

),

at_the_bank as (

    select
        known_lines.payout_reference as batch,
        min(further.value ->> 1) as reference
    from known_lines
    cross join lateral jsonb_array_elements(known_lines.further_references) as further (value)
    where known_lines.payout_reference is not null and further.value ->> 0 = 'utr'
    group by known_lines.payout_reference
    having count(distinct further.value ->> 1) = 1

)

insert into work_payout_lines (
    payout_item_id, line_scope, line_key, occurrence, payout_reference, currency, amount_minor, booked_at, booked_on
)
select
    waterfalls.item_id,
    'payouts',
    waterfalls.batch || ' ' || waterfalls.currency,
    1,
    coalesce(at_the_bank.reference, known.payout_reference, waterfalls.batch),
    waterfalls.currency,
    waterfalls.net_minor - waterfalls.paid_minor,
    waterfalls.last_booked_at,
    waterfalls.booked_on
from {lines}.work_waterfalls_now as waterfalls
left join at_the_bank on waterfalls.batch = at_the_bank.batch
left join internal.expected_deposits as known
    on
        known.account_id = %(account_id)s
        and known.last_run_number is null
        and known.line_scope = 'payouts'
        and waterfalls.batch || ' ' || waterfalls.currency = known.line_key
        and not (select begins from work_leg)
where
    waterfalls.batch <> ''
    and waterfalls.net_minor <> waterfalls.paid_minor
    and (
        (select begins from work_leg)
        or waterfalls.item_id in (select item_id from {lines}.work_waterfall_changes)
    );
