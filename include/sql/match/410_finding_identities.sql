-- Under which id does each finding go: a new one, or that of an earlier discrepancy of its rows?
--
-- Grain:   one row per finding.
-- Binds:   account_id (integer), psp, account (text), leg (text), kinds (jsonb: kind to aspect and
--          severity), independent (text[]: kinds with an identity of their own within an aspect).
-- Reason:  notes and history must survive when a discrepancy changes; a finding that contains a
--          member of an earlier discrepancy of its aspect takes over the oldest such id.
create unlogged table work_finding_ids as
with

slots as (

    select
        finding_no,
        carried_id,
        currency,
        case
            when kind = any(%(independent)s::text[]) then kind
            when kind in ('currency_mismatch', 'statement_gap')
                then (%(kinds)s::jsonb -> kind ->> 'aspect') || ':' || coalesce(currency, '')
            else %(kinds)s::jsonb -> kind ->> 'aspect'
        end as slot
    from work_findings

),

keys as (

    select
        work_finding_members.finding_no,
        work_items.member_key
    from work_finding_members
    inner join work_items
        on
            work_finding_members.side = work_items.side
            and work_finding_members.item_id = work_items.item_id
    union
    select
        finding_no,
        member_key
    from work_finding_keys

),

members as (

    select
        slots.finding_no,
        slots.slot,
        slots.currency,
        slots.carried_id,
        array_agg(keys.member_key order by keys.member_key) filter (where keys.member_key is not null) as member_keys
    from slots
    left join keys on slots.finding_no = keys.finding_no
    group by slots.finding_no, slots.slot, slots.currency, slots.carried_id

),

claims as (

    -- Key by key, so that thousands of findings are joined and not compared each with each.
    select distinct on (slots.finding_no)
        slots.finding_no,
        identities.discrepancy_id
    from slots
    inner join keys on slots.finding_no = keys.finding_no
    inner join internal.discrepancy_identities as identities
        on
            slots.slot = identities.aspect
            and keys.member_key = identities.member_key
            and identities.account_id = %(account_id)s
            and identities.leg = %(leg)s
    order by slots.finding_no, identities.opened_run_number, identities.discrepancy_id

),

-- Where an earlier group fell apart, one part keeps the id: the one with the first row.
kept as (

    select distinct on (claims.discrepancy_id)
        claims.finding_no,
        claims.discrepancy_id
    from claims
    inner join members on claims.finding_no = members.finding_no
    order by claims.discrepancy_id, members.member_keys

)

select
    members.finding_no,
    members.slot,
    members.member_keys,
    coalesce(
        members.carried_id,
        kept.discrepancy_id,
        encode(
            sha256(convert_to(
                jsonb_build_array(
                    %(psp)s::text, %(account)s::text, %(leg)s::text, members.slot, members.currency,
                    members.member_keys[1], claims.finding_no is not null
                )::text,
                'UTF8'
            )),
            'hex'
        )
    ) as discrepancy_id
from members
left join kept on members.finding_no = kept.finding_no
left join claims on members.finding_no = claims.finding_no;
