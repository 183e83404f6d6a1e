-- Takes back what is found of matched events but tolerated, and lists all that tolerances let pass.
--
-- Grain:   one row per match and measure; the findings that it replaces are removed.
-- Binds:   tolerances (jsonb: per rule and currency its version, minor units, parts per million and
--          business days), zone (text), ledger_grace (interval).
-- Reason:  what is absorbed is said by a match, so an event whose amounts differ absorbs nothing. A
--          line is late from the end of its due day and the grace on: the day that counts is the one
--          it had the grace before.
with

tolerances as (

    select
        rule,
        rule_version,
        currency,
        minor,
        ppm,
        business_days
    from jsonb_to_recordset(%(tolerances)s) as rows (
        rule text, rule_version text, currency text, minor bigint, ppm bigint, business_days integer
    )

),

found as (

    select
        work_findings.finding_no,
        case work_findings.kind
            when 'fee_mismatch' then 'fee'
            when 'tax_mismatch' then 'tax'
            else 'date'
        end as measure,
        work_findings.lead_item_id as match_id,
        work_findings.currency,
        work_findings.statement_minor,
        work_findings.ledger_minor,
        work_findings.delta_minor,
        work_findings.exposure_minor,
        case
            when work_findings.kind <> 'date_mismatch' then null
            when line.dated_on < work_findings.due_on
                then least(-1, booked.business_days - due.business_days)
            else greatest(1, late.business_days - due.business_days)
        end as business_days
    from work_findings
    inner join work_differing_pairs as differing
        on work_findings.lead_item_id = differing.statement_item_id
    inner join work_left_statement as line on work_findings.lead_item_id = line.item_id
    left join work_calendar as due on work_findings.due_on = due.day
    left join work_calendar as booked on line.dated_on = booked.day
    left join work_calendar as late
        on timezone(%(zone)s, line.dated_at - %(ledger_grace)s::interval)::date = late.day
    where
        work_findings.kind in ('fee_mismatch', 'tax_mismatch', 'date_mismatch')
        and differing.is_matched
        -- A day outside the calendar is no number of business days away.
        and (
            work_findings.kind <> 'date_mismatch'
            or (due.day is not null and booked.day is not null and late.day is not null)
        )

),

tolerated as (

    select
        found.*,
        tolerances.rule,
        tolerances.rule_version
    from found
    inner join tolerances
        on
            tolerances.rule = found.measure || '_within_tolerance'
            and found.currency = tolerances.currency
    where
        case found.measure
            when 'date' then abs(found.business_days) <= tolerances.business_days
            else
                abs(found.delta_minor)
                <= internal.tolerated_minor(found.ledger_minor, tolerances.minor, tolerances.ppm)
        end

),

taken_back as (

    delete from work_findings
    using tolerated
    where work_findings.finding_no = tolerated.finding_no

),

taken_back_members as (

    delete from work_finding_members
    using tolerated
    where work_finding_members.finding_no = tolerated.finding_no

),

amounts as (

    select
        match_id,
        min(rule) as rule,
        min(currency) as currency,
        sum(amount_minor) filter (where side = 'statement')::bigint as statement_minor,
        sum(amount_minor) filter (where side = 'ledger')::bigint as ledger_minor,
        min(absorbed_minor) as absorbed_minor
    from work_hard
    where absorbed_minor is not null
    group by match_id

)

insert into work_absorbed (
    match_id, measure, currency, statement_minor, ledger_minor, absorbed_minor, business_days,
    exposure_minor, rule, rule_version
)
select
    match_id,
    measure,
    currency,
    statement_minor,
    ledger_minor,
    delta_minor,
    business_days,
    exposure_minor,
    rule,
    rule_version
from tolerated
union all
select
    amounts.match_id,
    'gross',
    amounts.currency,
    amounts.statement_minor,
    amounts.ledger_minor,
    amounts.absorbed_minor,
    null,
    abs(amounts.absorbed_minor),
    amounts.rule,
    tolerances.rule_version
from amounts
inner join tolerances on amounts.rule = tolerances.rule and amounts.currency = tolerances.currency;
