-- Which lines of the bank does the rule of this PSP account claim, and what changed of that?
--
-- Grain:   one row per line that is claimed from now on, or no more.
-- Binds:   account_id, bank_account_id (integer), as_of (timestamptz), reference, counterparty_account,
--          counterparty_name (text or NULL: a criterion that is not asked), exact_amount, names_payouts
--          (boolean), claims_from, stands_before (date), claimants (text[]: PSP/account of each that has a
--          rule at this bank account), first_claim_id (bigint: for lines that another account had).
-- Reason:  what the leg asks of a line is kept here, so that no pass looks for the line again. The
--          claim of an older line stands. A line that another account has claimed is left to it, unless that
--          one has no rule here any more: it may never run again, so its claim is taken over, and it gives
--          the line back when it runs.
--          The first of its references that matches says which payout it is; where that names
--          several, their amounts have to.
create unlogged table work_claim_changes as
with

known as materialized (

    select *
    from internal.claimed_deposits
    where
        account_id = %(account_id)s
        and (last_run_number is null or taken_by_account_id is not null)
        and not (select begins from work_leg)

),

looked_at as materialized (

    select
        lines.item_id,
        lines.line_scope,
        lines.line_key,
        lines.occurrence,
        lines.net_minor as amount_minor,
        lines.net_currency as currency,
        lines.booked_on,
        lines.statement_id,
        lines.provider_type,
        lines.merchant_reference,
        lines.further_references,
        lines.booked_at,
        lines.source_zone,
        lines.value_date,
        lines.row_number,
        -- Without an expression to look for there is no text of a payout.
        case
            when %(reference)s::text is null then null
            when lines.psp_reference ~ %(reference)s then lines.psp_reference
            when lines.event_reference ~ %(reference)s then lines.event_reference
            when lines.merchant_reference ~ %(reference)s then lines.merchant_reference
            when lines.further_references is not null
                then (
                    select further.value ->> 1
                    from jsonb_array_elements(lines.further_references) with ordinality as further (value, place)
                    where further.value ->> 1 ~ %(reference)s
                    order by further.place
                    limit 1
                )
        end as payout_text,
        case
            when %(counterparty_account)s::text is not null or %(counterparty_name)s::text is not null
                then array_remove(
                    array[lines.psp_reference, lines.event_reference, lines.merchant_reference]
                    || array(
                        select further.value ->> 1
                        from jsonb_array_elements(lines.further_references) as further (value)
                    ),
                    null
                )
        end as texts
    from internal.statement_lines as lines
    where
        lines.account_id = %(bank_account_id)s
        and lines.last_run_number is null
        and lines.net_minor is not null
        and lines.booked_on >= %(claims_from)s

),

claimed as materialized (

    select
        looked_at.*,
        case
            when not %(names_payouts)s then null
            when regexp_count(payout_text, %(reference)s) = 1 then (regexp_match(payout_text, %(reference)s))[1]
            else (
                select min(found.parts[1])
                from regexp_matches(looked_at.payout_text, %(reference)s, 'g') as found (parts)
                having count(distinct found.parts[1]) = 1 and bool_and(found.parts[1] is not null)
            )
        end as payout_reference
    from looked_at
    where
        (%(reference)s::text is null or payout_text is not null)
        and (
            %(counterparty_account)s::text is null
            or exists (
                select from unnest(looked_at.texts) as given (value)
                where
                    strpos(
                        upper(regexp_replace(given.value, '\s', '', 'g')),
                        upper(regexp_replace(%(counterparty_account)s, '\s', '', 'g'))
                    ) > 0
            )
        )
        and (
            %(counterparty_name)s::text is null
            or exists (
                select from unnest(looked_at.texts) as given (value)
                where
                    strpos(
                        upper(regexp_replace(given.value, '\s+', ' ', 'g')),
                        upper(regexp_replace(%(counterparty_name)s, '\s+', ' ', 'g'))
                    ) > 0
            )
        )
        and (
            not %(exact_amount)s
            or (looked_at.currency, looked_at.amount_minor) in (
                select
                    currency,
                    amount_minor
                from internal.expected_deposits
                where account_id = %(account_id)s and last_run_number is null and moves_money
                union all
                select
                    currency,
                    amount_minor
                from work_expected_changes
                where change <> 'vanished' and moves_money
            )
            or looked_at.item_id in (select line_item_id from known)
        )
        and looked_at.item_id not in (
            select line_item_id from internal.claimed_deposits
            where
                account_id <> %(account_id)s
                and last_run_number is null
                and account_id in (
                    select account_id from internal.accounts
                    where psp || '/' || account = any(%(claimants)s::text[])
                )
        )

),

-- Claimed before, and gone from the bank's books, replaced there, or of another rule now.
ended as materialized (

    select
        known.*,
        lines.line_scope,
        lines.line_key,
        lines.occurrence,
        lines.statement_id,
        lines.provider_type,
        lines.merchant_reference,
        lines.further_references,
        lines.booked_at,
        lines.source_zone,
        lines.value_date,
        lines.row_number
    from known
    inner join internal.statement_lines as lines on known.line_item_id = lines.item_id
    where
        lines.last_run_number is not null
        or known.taken_by_account_id is not null
        or (known.booked_on >= %(stands_before)s and known.line_item_id not in (select item_id from claimed))

),

fresh as (

    -- What another account had is another item here: its match stays with it until it gives it up.
    select
        claimed.*,
        case
            when held.was_claimed
                then
                    %(first_claim_id)s::bigint
                    + row_number() over (order by claimed.line_scope, claimed.line_key, claimed.occurrence)
            else claimed.item_id
        end as claim_item_id,
        held.account_id as taken_from_account_id
    from claimed
    left join lateral (
        select
            true as was_claimed,
            max(earlier.account_id) filter (where earlier.last_run_number is null) as account_id
        from internal.claimed_deposits as earlier
        where earlier.line_item_id = claimed.item_id and earlier.account_id <> %(account_id)s
        having count(*) > 0
    ) as held on true
    where claimed.item_id not in (select line_item_id from known)

)

select
    case
        when fresh.item_id is null then 'withdrawn'
        when ended.item_id is null then 'new'
        else 'changed'
    end as change,
    fresh.claim_item_id as item_id,
    ended.item_id as old_item_id,
    fresh.item_id as line_item_id,
    fresh.taken_from_account_id,
    coalesce(fresh.line_scope, ended.line_scope) as line_scope,
    coalesce(fresh.line_key, ended.line_key) as line_key,
    coalesce(fresh.occurrence, ended.occurrence) as occurrence,
    fresh.payout_reference,
    fresh.currency,
    fresh.amount_minor,
    case when fresh.item_id is null then ended.booked_on else fresh.booked_on end as booked_on,
    case when fresh.item_id is null then ended.statement_id else fresh.statement_id end as statement_id,
    case when fresh.item_id is null then ended.provider_type else fresh.provider_type end as provider_type,
    case when fresh.item_id is null then ended.merchant_reference else fresh.merchant_reference end as merchant_reference,
    case when fresh.item_id is null then ended.further_references else fresh.further_references end as further_references,
    case when fresh.item_id is null then ended.booked_at else fresh.booked_at end as booked_at,
    case when fresh.item_id is null then ended.source_zone else fresh.source_zone end as source_zone,
    case when fresh.item_id is null then ended.value_date else fresh.value_date end as value_date,
    case when fresh.item_id is null then ended.row_number else fresh.row_number end as row_number
from fresh
full join ended
    on
        fresh.line_scope = ended.line_scope
        and fresh.line_key = ended.line_key
        and fresh.occurrence = ended.occurrence;
