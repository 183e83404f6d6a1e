-- Forgets matches of a leg that begins again after it was away; its open items went when it did.
--
-- Grain:   deletes members of matches, and what is kept of those by order or batch.
-- Binds:   account_id (integer), leg (text).
with

forgotten as (

    delete from internal.match_members
    using internal.gateway_transactions
    where
        match_members.leg = %(leg)s
        and (select begins from work_leg)
        and gateway_transactions.account_id = %(account_id)s
        and gateway_transactions.item_id in (match_members.statement_item_id, match_members.ledger_item_id)
    returning match_members.match_id

)

delete from internal.shared_key_members
using forgotten
where shared_key_members.leg = %(leg)s and shared_key_members.match_id = forgotten.match_id
