-- Is there a row whose time can't be read, in a file that its days would name?
--
-- Grain:   one row. Rows with the name of a statement don't count, nor do balances without a time.
-- Binds:   account (text): NULL for any; has_account, has_statement (boolean); types (jsonb) and not_lines
--          (text[]), as for csv_types. Reads work_written_times.
select
    exists (
        select from work_raw_rows as raw
        where
            (raw.account = %(account)s::text or %(account)s::text is null or not %(has_account)s::boolean)
            and (raw.statement is null or not %(has_statement)s::boolean)
            and case
                when raw.written_time is not null
                    then raw.written_time in (
                        select written_time from work_written_times
                        where
                            is_booking
                            and booked_on is null
                            and written_time is not null
                    )
                when raw.type is null then raw.psp_reference is not null
                else coalesce(%(types)s::jsonb -> lower(raw.type) ->> 0 <> all(%(not_lines)s::text[]), true)
            end
    ) as is_flagged
