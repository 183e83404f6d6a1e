-- Which rows wait for their other side, why, and until when? A line of JSON each.
--
-- Grain:   one row per pending row, in the order of sides and keys.
-- Binds:   leg (text).
copy (
    select row_to_json(written)
    from (
        select
            %(leg)s as leg,
            side,
            row_key::json as key,
            currency,
            amount_minor as minor,
            is_counted as counted,
            was,
            reason,
            to_char(due_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as due_at,
            due_on,
            to_char(dated_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as occurred_at,
            type,
            psp_reference,
            statement_file,
            statement_row
        from work_proof_open_rows
        where bucket = 'pending'
        order by side, work_proof_open_rows.row_key
    ) as written
) to stdout (format csv, delimiter E'\x01', quote E'\x02', encoding 'UTF8')
