-- Lets in the statements that a run brought into force, and those that had been refused by then.
--
-- Grain:   one row per statement.
-- Binds:   account_id (integer), run_number (bigint), known_at, matched_at (timestamptz: when the run before,
--          and this one, decided).
insert into internal.statements (
    statement_id, account_id, delivery_id, statement_key, sequence_number, version_stamp, format, state,
    reason_code, quarantine_reason, notices, proved_by, covers_from, covers_to, covers_until, lines, gated_at
) overriding system value
select
    statement_id,
    account_id,
    delivery_id,
    statement_key,
    sequence_number,
    version_stamp,
    format,
    case
        when first_run_number is not null then 'accepted'
        when state = 'corrected' then 'quarantined'
        else state
    end,
    reason_code,
    quarantine_reason,
    notices,
    proved_by,
    covers_from,
    covers_to,
    covers_until,
    lines,
    gated_at
from history.statements
where
    account_id = %(account_id)s
    and (
        first_run_number = %(run_number)s
        or (
            first_run_number is null
            and state <> 'accepted'
            and gated_at > %(known_at)s::timestamptz
            and gated_at <= %(matched_at)s::timestamptz
        )
    )
