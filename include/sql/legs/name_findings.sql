-- Gives what was found on a leg of the gateway the kind that it has there.
--
-- Grain:   updates findings.
-- Binds:   leg (text), leg_kinds (jsonb: kind of ledger_statement to kind of this leg).
-- Reason:  settled, and only authorised: nobody captured it. In the ledger, and failed in the gateway:
--          the two disagree about a state.
update work_findings set
    kind = case
        when
            %(leg)s = 'gateway_statement'
            and work_findings.kind = 'missing_in_ledger'
            and work_findings.economic_type = 'payment'
            and exists (
                select from work_left_ledger
                where work_left_ledger.payment_key = work_findings.payment_key
            )
            then 'missing_capture'
        when
            %(leg)s = 'gateway_ledger'
            and work_findings.kind = 'missing_in_statement'
            and exists (
                select from (
                    select
                        payment_key,
                        economic_type,
                        event_reference,
                        is_expected,
                        type
                    from work_line_changes
                    where change in ('new', 'changed')
                    union all
                    select
                        payment_key,
                        economic_type,
                        event_reference,
                        is_expected,
                        type
                    from statement_lines
                    where
                        account_id = (select account_id from work_leg)
                        and last_run_number is null
                        and hashtextextended(payment_key, 0) = hashtextextended(work_findings.payment_key, 0)
                        and item_id not in (select item_id from work_replaced_items)
                ) as idle
                where
                    idle.payment_key = work_findings.payment_key
                    and idle.economic_type = work_findings.economic_type
                    and not idle.is_expected
                    and idle.type <> 'unknown'
                    and idle.event_reference is not distinct from work_findings.event_reference
            )
            then 'status_mismatch'
        else %(leg_kinds)s::jsonb ->> work_findings.kind
    end
where %(leg_kinds)s::jsonb ? work_findings.kind;
