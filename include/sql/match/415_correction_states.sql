-- Where does each correction in force stand: waiting for the ledger, posted, or overdue?
--
-- Grain:   one row per correction with an entry that the ledger has not been seen to post before.
-- Binds:   account_id (integer), psp, account, leg (text), zone (text), as_of (timestamptz),
--          log_sequence_number (bigint), posted (jsonb: the ledger rows that post corrections).
-- Reason:  a posting is one of the approved amount on the approved payment, whether the ledger names that
--          by the PSP's reference, the merchant's, or that of its event; anything else is
--          posted otherwise. An entry that waits offsets its discrepancy; one that is overdue, or whose discrepancy is
--          not open any more, stands alone and is a discrepancy itself (SEMANTICS, section 15).
create unlogged table work_correction_states as
with

ledger_rows as (

    select
        posted.*,
        -- Of no payment: there is nothing to hold it against.
        approved.payment_key is null
        or internal.payment_key_of_ledger_row(posted.psp_reference, posted.merchant_reference, posted.ledger_id)
        = approved.payment_key
        or posted.psp_reference = approved.psp_reference
        or (posted.psp_reference is null and posted.merchant_reference = approved.merchant_reference)
        or exists (
            select from statement_lines as lines
            where
                hashtextextended(lines.event_reference, 0) = hashtextextended(posted.psp_reference, 0)
                and lines.event_reference = posted.psp_reference
                and lines.account_id = %(account_id)s
                and lines.payment_key = approved.payment_key
        ) as is_on_its_payment
    from jsonb_to_recordset(%(posted)s) as posted (
        correction_id text, ledger_id text, amount_minor bigint, currency text, psp_reference text,
        merchant_reference text
    )
    left join internal.corrections on posted.correction_id = corrections.request_id
    left join internal.approved_discrepancies as approved
        on
            approved.request_id
            = case when corrections.object_kind = 'correction' then corrections.object_id else corrections.request_id end

),

posted as (

    select
        correction_id,
        sum(amount_minor)::bigint as amount_minor,
        min(currency) as currency,
        count(distinct currency) as currencies,
        coalesce(bool_and(is_on_its_payment), false) as is_on_its_payment,
        json_agg(ledger_id order by ledger_id) as ledger_ids
    from ledger_rows
    group by correction_id

),

decided as (

    select
        corrections.request_id,
        corrections.discrepancy_id,
        corrections.currency,
        corrections.amount_minor,
        corrections.post_by,
        posted.ledger_ids,
        posted.amount_minor as posted_minor,
        posted.currency as posted_currency,
        case
            when
                posted.currencies = 1
                and posted.currency = corrections.currency
                and posted.amount_minor = corrections.amount_minor
                and posted.is_on_its_payment
                then 'confirmed'
            when posted.correction_id is not null then 'posted_otherwise'
            -- Taken back before the ledger has posted it: neither is to be posted any more.
            when taken_back.request_id is not null then 'withdrawn'
            when corrections.object_kind = 'correction' and original.posted_as is null then 'withdrawn'
            when
                %(as_of)s < timezone(%(zone)s, (least(corrections.post_by, date '9999-12-30') + 1)::timestamp)
                and exists (
                    select from work_finding_ids
                    inner join work_findings on work_finding_ids.finding_no = work_findings.finding_no
                    where
                        work_finding_ids.discrepancy_id = corrections.discrepancy_id
                        and work_findings.currency = corrections.currency
                )
                then 'waiting'
            else 'not_posted'
        end as state
    from internal.corrections
    left join posted on corrections.request_id = posted.correction_id
    left join internal.correction_log as taken_back
        on
            corrections.corrected_by = taken_back.request_id
            and taken_back.event = 'applied'
            and taken_back.sequence_number <= %(log_sequence_number)s
    left join internal.corrections as original
        on corrections.object_kind = 'correction' and corrections.object_id = original.request_id
    where
        corrections.account_id = %(account_id)s
        and corrections.leg = %(leg)s
        and corrections.amount_minor is not null
        and corrections.posted_as is null
        and corrections.sequence_number <= %(log_sequence_number)s

)

select
    decided.*,
    -- The discrepancy in which the entry is told.
    case state
        when 'waiting' then discrepancy_id
        when 'not_posted'
            then
                encode(sha256(convert_to(
                    jsonb_build_array(
                        %(psp)s::text, %(account)s::text, %(leg)s::text, 'correction', request_id
                    )::text,
                    'UTF8'
                )), 'hex')
    end as told_in
from decided;
