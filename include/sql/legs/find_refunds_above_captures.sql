-- Refunds of a payment that are more than was captured of it; chargebacks are apart.
--
-- Grain:   one finding per payment and currency. Where the amount of one of its refunds is a finding
--          already, that one says it too, and exposes no less.
-- Binds:   account_id (integer), as_of (timestamptz).
-- Reason:  both books may agree on each refund, so rows stay where they are and the delta is 0. Nothing
--          is said of a payment of which the gateway's books, as far as they are read, know neither a
--          capture nor an authorisation: it is older than they are.
with

totals as (

    select
        payment_key,
        currency,
        -coalesce(sum(amount_minor) filter (where economic_type = 'refund'), 0)::bigint as refunded_minor,
        coalesce(sum(amount_minor) filter (where economic_type = 'payment'), 0)::bigint as captured_minor,
        count(*) filter (where economic_type = 'payment') as captures
    from work_pool_statement
    where economic_type in ('payment', 'refund') and type <> 'unknown' and dated_at < %(as_of)s
    group by payment_key, currency

),

above as (

    select
        totals.payment_key,
        totals.currency,
        totals.refunded_minor,
        totals.refunded_minor - totals.captured_minor as excess_minor,
        'refunds of ' || internal.money_text(totals.refunded_minor, totals.currency)
        || ' are more than what was captured, ' || internal.money_text(totals.captured_minor, totals.currency)
            as detail
    from totals
    where
        totals.refunded_minor > totals.captured_minor
        and (
            totals.captures > 0
            or exists (
                select from work_line_changes
                where
                    work_line_changes.change in ('new', 'changed')
                    and work_line_changes.payment_key = totals.payment_key
                    and work_line_changes.economic_type in ('authorisation', 'payment')
            )
            or exists (
                select from statement_lines
                where
                    statement_lines.account_id = %(account_id)s
                    and hashtextextended(statement_lines.payment_key, 0) = hashtextextended(totals.payment_key, 0)
                    and statement_lines.payment_key = totals.payment_key
                    and statement_lines.economic_type in ('authorisation', 'payment')
                    and statement_lines.last_run_number is null
            )
        )

),

refunds as (

    select
        pool.payment_key,
        pool.currency,
        pool.item_id,
        pool.event_reference,
        'statement' || chr(31) || pool.line_scope || chr(31) || pool.line_key || chr(31) || pool.occurrence
            as member_key,
        row_number() over (
            partition by pool.payment_key, pool.currency order by pool.dated_at desc, pool.line_key desc
        ) as place_from_last
    from work_pool_statement as pool
    inner join above on pool.payment_key = above.payment_key and pool.currency = above.currency
    where pool.economic_type = 'refund' and pool.type <> 'unknown' and pool.dated_at < %(as_of)s

),

-- Of findings about the amounts of these refunds the first, by the row that they are shown with.
told as (

    select distinct on (findings.payment_key, findings.currency)
        findings.finding_no,
        findings.lead_item_id,
        above.payment_key,
        above.currency,
        above.excess_minor,
        above.detail
    from work_findings as findings
    inner join above on findings.payment_key = above.payment_key and findings.currency = above.currency
    inner join refunds on findings.lead_item_id = refunds.item_id
    where findings.kind = 'refund_mismatch' and findings.lead_side = 'statement'
    order by findings.payment_key, findings.currency, refunds.member_key

),

exposed as (

    update work_findings set exposure_minor = greatest(work_findings.exposure_minor, told.excess_minor)
    from told
    where work_findings.finding_no = told.finding_no

),

noted as (

    insert into work_sum_notes (side, item_id, note)
    select
        'statement',
        lead_item_id,
        detail
    from told

),

fresh as materialized (

    select
        nextval('internal.item_ids') as finding_no,
        above.*
    from above
    where not exists (
        select from told
        where told.payment_key = above.payment_key and told.currency = above.currency
    )

),

found as (

    insert into work_findings (
        finding_no, kind, currency, statement_minor, delta_minor, exposure_minor, payment_key,
        economic_type, event_reference, lead_side, lead_item_id, detail
    )
    select
        fresh.finding_no,
        'refund_mismatch',
        fresh.currency,
        -fresh.refunded_minor,
        0,
        fresh.excess_minor,
        fresh.payment_key,
        'refund',
        case when count(distinct refunds.event_reference) = 1 then min(refunds.event_reference) end,
        'statement',
        min(refunds.item_id) filter (where refunds.place_from_last = 1),
        fresh.detail
    from fresh
    inner join refunds on fresh.payment_key = refunds.payment_key and fresh.currency = refunds.currency
    group by
        fresh.finding_no, fresh.currency, fresh.refunded_minor, fresh.excess_minor, fresh.payment_key,
        fresh.detail

)

insert into work_finding_keys (finding_no, member_key)
select
    fresh.finding_no,
    refunds.member_key
from fresh
inner join refunds on fresh.payment_key = refunds.payment_key and fresh.currency = refunds.currency
