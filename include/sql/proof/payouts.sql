-- Which payouts does this run speak of, and what is each made of? A line of JSON each.
--
-- Grain:   one row per batch and currency, in their order.
-- Binds:   none.
copy (
    select row_to_json(written)
    from (
        select
            batch,
            currency,
            basis,
            state,
            payout_references,
            lines,
            payouts,
            carried_in_minor,
            captures_minor,
            refunds_minor,
            chargebacks_minor,
            processing_fees_minor,
            scheme_fees_minor,
            reserve_held_minor,
            reserve_released_minor,
            deductions_minor,
            fx_minor,
            adjustments_minor,
            returned_minor,
            payout_fees_minor,
            payout_minor,
            carried_out_minor,
            unexplained_minor,
            bank_state,
            is_touched as touched
        from work_told_payouts
        order by batch, currency
    ) as written
) to stdout (format csv, delimiter E'\x01', quote E'\x02', encoding 'UTF8')
