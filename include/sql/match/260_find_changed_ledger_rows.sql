-- Ledger rows that were changed or removed after they had been matched without a discrepancy.
--
-- Grain:   one finding per row: of this run's changes, and those still open whose event is not settled.
-- Binds:   account_id (integer), leg, right (text), head_run_number (bigint), as_of (timestamptz).
-- Reason:  the money is told by the kind that the new state gives (delta 0 here); that history was
--          rewritten is a finding of its own. It lasts while its payment has another discrepancy or a
--          row that is not matched, and at least for the run that saw it.
with

open_at_head as (

    select *
    from internal.discrepancy_versions
    where run_number = %(head_run_number)s and leg = %(leg)s and change <> 'resolved'

),

changed as (

    select
        -- Its own: the row that changed may be missing by its own number.
        nextval('internal.item_ids') as finding_no,
        changes.change,
        changes.item_id,
        changes.old_item_id,
        old_row.ledger_id,
        old_row.payment_key,
        old_row.economic_type,
        old_row.event_reference,
        old_row.currency,
        old_row.amount_minor as old_minor,
        case when changes.change = 'changed' then changes.amount_minor end as new_minor
    from work_ledger_changes as changes
    inner join ledger_transactions as old_row
        on changes.old_item_id = old_row.item_id and old_row.account_id = %(account_id)s
    inner join internal.match_members
        on
            changes.old_item_id = match_members.ledger_item_id
            and match_members.leg = %(leg)s
    where
        changes.change in ('changed', 'vanished')
        and old_row.payment_key not in (
            select payment_key from open_at_head where payment_key is not null
        )
        and (
            changes.change = 'vanished'
            or (
                old_row.amount_minor, old_row.currency, old_row.type, old_row.moves_money,
                old_row.fee_minor, old_row.tax_minor
            ) is distinct from (
                changes.amount_minor, changes.currency, changes.type, changes.moves_money,
                changes.fee_minor, changes.tax_minor
            )
        )

),

still_open as (

    select
        nextval('internal.item_ids') as finding_no,
        open_at_head.*
    from open_at_head
    where
        open_at_head.kind = 'ledger_changed'
        and (
            exists (
                select from work_findings
                where work_findings.payment_key = open_at_head.payment_key
            )
            or exists (
                select from work_hard
                where
                    work_hard.payment_key = open_at_head.payment_key
                    and coalesce(work_hard.state, 'open') <> 'matched'
                    and work_hard.moves_money
            )
            or exists (
                select from work_unanswered_ledger_rows
                where
                    work_unanswered_ledger_rows.payment_key = open_at_head.payment_key
                    and work_unanswered_ledger_rows.dated_at < %(as_of)s
            )
        )

),

found as (

    insert into work_findings (
        finding_no, kind, currency, statement_minor, ledger_minor, delta_minor, exposure_minor,
        payment_key, economic_type, event_reference, lead_side, lead_item_id, detail, carried_id
    )
    select
        finding_no,
        'ledger_changed',
        currency,
        null::bigint,
        new_minor,
        0,
        greatest(abs(old_minor), abs(coalesce(new_minor, 0))),
        payment_key,
        economic_type,
        event_reference,
        'ledger',
        coalesce(item_id, old_item_id),
        case
            when change = 'vanished'
                then format('%%s row %%s of %%s is gone', %(right)s::text, ledger_id, internal.money_text(old_minor, currency))
            else
                format(
                    '%%s row %%s was %%s when it was matched, and is %%s now',
                    %(right)s::text,
                    ledger_id,
                    internal.money_text(old_minor, currency),
                    internal.money_text(new_minor, currency)
                )
        end,
        null
    from changed
    union all
    select
        still_open.finding_no,
        'ledger_changed',
        still_open.currency,
        still_open.statement_minor,
        still_open.ledger_minor,
        0,
        still_open.exposure_minor,
        still_open.payment_key,
        null,
        null,
        null,
        null,
        still_open.explanation,
        still_open.discrepancy_id
    from still_open

)

insert into work_finding_members (finding_no, side, item_id)
select
    finding_no,
    'ledger',
    coalesce(item_id, old_item_id)
from changed;
