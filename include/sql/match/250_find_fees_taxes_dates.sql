-- Events that both sides know, with another fee, another tax, or on another day than the rule gives.
--
-- Grain:   one finding per event and aspect.
-- Binds:   compare_dates, has_cut_off (boolean), zone (text), statement_grace (interval).
-- Reason:  NULL on either side is 'not compared', never 0. Early is before the due day, late is when
--          the row would have been overdue; the provider's own chargebacks follow no rule. Where the
--          two share a day, the ledger may be a little behind over midnight. With a cut-off a business day
--          begins at the cut-off of the one before.
with

pairs as materialized (

    select
        differing.*,
        line.payment_key,
        line.economic_type,
        coalesce(line.event_reference, entry.event_reference) as event_reference,
        line.amount_minor as statement_minor,
        line.currency as statement_currency,
        line.dated_at as statement_at,
        line.dated_on as statement_on,
        entry.dated_on as ledger_on,
        entry.due_on,
        entry.due_at,
        coalesce(due_day.begins_at, timezone(%(zone)s, entry.due_on::timestamp)) as due_day_begins_at,
        line.type,
        entry.is_posting
    from work_differing_pairs as differing
    inner join work_left_statement as line on differing.statement_item_id = line.item_id
    inner join work_left_ledger as entry on differing.ledger_item_id = entry.item_id
    left join work_calendar as due_day on %(has_cut_off)s and entry.due_on = due_day.day

),

named as (

    select
        nextval('internal.item_ids') as finding_no,
        'fee_mismatch' as kind,
        fee_currency as currency,
        statement_fee_minor as shown_statement_minor,
        ledger_fee_minor as shown_ledger_minor,
        statement_fee_minor - ledger_fee_minor as delta_minor,
        abs(statement_fee_minor - ledger_fee_minor) as exposure_minor,
        ''::text as detail,
        statement_item_id,
        ledger_item_id,
        payment_key,
        economic_type,
        event_reference,
        due_at,
        due_on
    from pairs
    where has_comparable_fees and statement_fee_minor <> ledger_fee_minor
    union all
    select
        nextval('internal.item_ids'),
        'tax_mismatch',
        fee_currency,
        statement_tax_minor,
        ledger_tax_minor,
        statement_tax_minor - ledger_tax_minor,
        abs(statement_tax_minor - ledger_tax_minor),
        '',
        statement_item_id,
        ledger_item_id,
        payment_key,
        economic_type,
        event_reference,
        due_at,
        due_on
    from pairs
    where has_comparable_fees and statement_tax_minor <> ledger_tax_minor
    union all
    select
        nextval('internal.item_ids'),
        'date_mismatch',
        statement_currency,
        statement_minor,
        statement_minor,
        0,
        case
            when date_trunc('month', statement_on) <> date_trunc('month', due_on) then abs(statement_minor)
            else 0
        end,
        format(
            'booked on %%s, %%s: the rule gives %%s',
            statement_on,
            case when statement_on < due_on then 'early' else 'late' end,
            due_on
        ),
        statement_item_id,
        ledger_item_id,
        payment_key,
        economic_type,
        event_reference,
        due_at,
        due_on
    from pairs
    where
        %(compare_dates)s
        -- An entry that posts a correction is of the day on which somebody posted it.
        and not is_posting
        and type in ('payment', 'refund')
        and (
            statement_at >= due_at
            or (
                statement_on < due_on
                and (not %(has_cut_off)s or statement_at < due_day_begins_at)
                and (
                    due_on <> ledger_on
                    or statement_at < due_day_begins_at - %(statement_grace)s
                )
            )
        )

),

found as (

    insert into work_findings (
        finding_no, kind, currency, statement_minor, ledger_minor, delta_minor, exposure_minor,
        payment_key, economic_type, event_reference, due_at, due_on, lead_side, lead_item_id, detail
    )
    select
        finding_no,
        kind,
        currency,
        shown_statement_minor,
        shown_ledger_minor,
        delta_minor,
        exposure_minor,
        payment_key,
        economic_type,
        event_reference,
        due_at,
        due_on,
        'statement',
        statement_item_id,
        detail
    from named

)

insert into work_finding_members (finding_no, side, item_id)
select
    finding_no,
    'statement',
    statement_item_id
from named
union all
select
    finding_no,
    'ledger',
    ledger_item_id
from named;
