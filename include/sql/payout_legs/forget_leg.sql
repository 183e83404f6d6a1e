-- Forgets matches of a payout leg that begins again after it was away; its open items went when it did.
--
-- Grain:   deletes members of matches.
-- Binds:   account_id (integer), leg (text).
delete from internal.match_members
where
    match_members.leg = %(leg)s
    and (select begins from work_leg)
    and (
        match_members.ledger_item_id in (
            select paid_item_id from internal.payout_waterfalls where account_id = %(account_id)s
            union all
            select item_id from internal.expected_deposits where account_id = %(account_id)s
        )
        or match_members.statement_item_id in (
            select item_id from internal.payout_waterfalls where account_id = %(account_id)s
            union all
            select item_id from internal.claimed_deposits where account_id = %(account_id)s
        )
    );
