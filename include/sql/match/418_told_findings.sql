-- What is said of each finding: its rows, its event, and one sentence of what was expected and found.
--
-- Grain:   one row per finding.
-- Binds:   psp, account (text), left and right (text: what the two sides are called).
create unlogged table work_told_findings as
with

-- The first row of each side, found once for all findings.
shown_lines as (

    select distinct on (work_finding_members.finding_no)
        work_finding_members.finding_no,
        work_items.statement_file,
        work_items.statement_row,
        work_items.provider_type
    from work_finding_members
    inner join work_items
        on
            work_finding_members.side = work_items.side
            and work_finding_members.item_id = work_items.item_id
    where work_finding_members.side = 'statement'
    order by work_finding_members.finding_no, work_items.member_key

),

shown_entries as (

    select distinct on (work_finding_members.finding_no)
        work_finding_members.finding_no,
        work_items.status
    from work_finding_members
    inner join work_items
        on
            work_finding_members.side = work_items.side
            and work_finding_members.item_id = work_items.item_id
    where work_finding_members.side = 'ledger'
    order by work_finding_members.finding_no, work_items.member_key

)

select
    work_finding_ids.discrepancy_id,
    work_finding_ids.slot,
    work_finding_ids.member_keys,
    work_findings.kind,
    work_findings.currency,
    work_findings.statement_minor,
    work_findings.ledger_minor,
    work_findings.delta_minor,
    work_findings.exposure_minor,
    work_findings.payment_key,
    work_findings.due_at,
    work_findings.due_on,
    lead.psp_reference,
    lead.merchant_reference,
    lead.dated_at as occurred_at,
    line.statement_file,
    line.statement_row,
    encode(
        sha256(convert_to(
            jsonb_build_array(
                %(psp)s::text, %(account)s::text, coalesce(work_findings.economic_type, ''),
                coalesce(work_findings.event_reference, work_findings.payment_key, work_finding_ids.member_keys[1])
            )::text,
            'UTF8'
        )),
        'hex'
    ) as event_id,
    case work_findings.kind
        when 'missing_in_ledger' then
            words.left_side || ' ' || internal.money_text(work_findings.statement_minor, work_findings.currency)
            || ', ' || words.right_side || ' nothing'
        when 'chargeback_not_in_ledger' then
            'chargeback of ' || internal.money_text(work_findings.statement_minor, work_findings.currency)
            || ' on the ' || words.left_side || ', ' || words.right_side || ' nothing'
        when 'reversed_after_settlement' then
            'reversal of ' || internal.money_text(work_findings.statement_minor, work_findings.currency)
            || ' on the ' || words.left_side || ', ' || words.right_side || ' nothing'
        when 'missing_in_statement' then
            words.right_side || ' ' || internal.money_text(work_findings.ledger_minor, work_findings.currency)
            || ', no statement line though ' || work_findings.due_on || ' is covered'
        when 'missing_in_gateway' then
            case
                when work_findings.statement_minor is null
                    then 'ledger ' || internal.money_text(work_findings.ledger_minor, work_findings.currency)
                else
                    'statement ' || internal.money_text(work_findings.statement_minor, work_findings.currency)
            end
            || ', gateway nothing'
        when 'missing_capture' then
            'statement ' || internal.money_text(work_findings.statement_minor, work_findings.currency)
            || ', the gateway knows the intent and no capture of it'
        when 'duplicate_settlement' then
            'statement has ' || internal.money_text(work_findings.statement_minor, work_findings.currency)
            || ' once more than the ' || words.right_side
        when 'duplicate_in_ledger' then
            'ledger has ' || internal.money_text(work_findings.ledger_minor, work_findings.currency)
            || ' once more than the ' || words.left_side
        when 'duplicate_in_gateway' then
            'gateway has '
            || internal.money_text(
                coalesce(work_findings.statement_minor, work_findings.ledger_minor), work_findings.currency
            )
            || ' once more than the '
            || case when work_findings.statement_minor is null then words.left_side else words.right_side end
        when 'unclassified_line' then
            case
                when work_findings.statement_minor is not null or work_findings.ledger_minor is null
                    then words.left_side || ' line of unknown type ' || coalesce('"' || line.provider_type || '"', '')
                else
                    words.right_side || ' row of unknown type or status "'
                    || coalesce(lead.type, '') || ', ' || coalesce(lead.status, '') || '"'
            end
            || coalesce(': ' || internal.money_text(coalesce(work_findings.statement_minor, work_findings.ledger_minor), work_findings.currency), '')
        when 'currency_mismatch' then
            case
                when work_findings.statement_minor is not null
                    then words.left_side || ' ' || internal.money_text(work_findings.statement_minor, work_findings.currency)
                        || ', ' || words.right_side || ' in another currency'
                else
                    words.right_side || ' ' || internal.money_text(work_findings.ledger_minor, work_findings.currency)
                    || ', ' || words.left_side || ' in another currency'
            end
        when 'status_mismatch' then
            case
                when work_findings.statement_minor is null
                    then words.right_side || ' ' || internal.money_text(work_findings.ledger_minor, work_findings.currency)
                        || ', in the ' || words.left_side || ' the event moves no money'
                else
                    words.left_side || ' ' || internal.money_text(work_findings.statement_minor, work_findings.currency)
                    || ', in the ' || words.right_side || ' the event moves no money (' || coalesce(entry.status, '') || ')'
            end
        when 'ambiguous_match' then work_findings.detail
        when 'date_mismatch' then work_findings.detail
        when 'fx_mismatch' then work_findings.detail
        when 'ledger_changed' then work_findings.detail
        when 'statement_gap' then work_findings.detail
        else
            coalesce(nullif(work_findings.detail, ''), words.left_side || ' ' || coalesce(internal.money_text(work_findings.statement_minor, work_findings.currency), 'nothing')
            || ', ' || words.right_side || ' '
            || coalesce(internal.money_text(work_findings.ledger_minor, work_findings.currency), 'nothing')
            || ': ' || words.left_side || ' '
            || case when work_findings.delta_minor > 0 then 'above' else 'below' end
            || ' ' || words.right_side || ' by ' || internal.money_text(abs(work_findings.delta_minor), work_findings.currency))
    end
    || coalesce('; ' || work_sum_notes.note, '') as explanation
from work_findings
cross join (values (%(left)s::text, %(right)s::text)) as words (left_side, right_side)
inner join work_finding_ids on work_findings.finding_no = work_finding_ids.finding_no
left join work_items as lead
    on
        work_findings.lead_side = lead.side
        and work_findings.lead_item_id = lead.item_id
left join shown_lines as line on work_findings.finding_no = line.finding_no
left join shown_entries as entry on work_findings.finding_no = entry.finding_no
left join work_sum_notes
    on
        work_findings.lead_side = work_sum_notes.side
        and work_findings.lead_item_id = work_sum_notes.item_id;
