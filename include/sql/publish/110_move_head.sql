-- Moves the account's head to this run, if it is still the one that the run was matched against.
--
-- Grain:   one row, the new head; none if another run has published meanwhile.
-- Binds:   account_id (integer), run_number, fencing_token (bigint).
insert into internal.heads as head (
    account_id, run_number, run_id, fencing_token, as_of, watermark, moved_at
)
select
    account_id,
    run_number,
    run_id,
    1,
    as_of,
    window_end,
    clock_timestamp()
from internal.runs
where run_number = %(run_number)s
on conflict (account_id) do update set
    run_number = excluded.run_number,
    run_id = excluded.run_id,
    fencing_token = head.fencing_token + 1,
    as_of = excluded.as_of,
    watermark = greatest(head.watermark, excluded.watermark),
    moved_at = excluded.moved_at
where head.fencing_token = %(fencing_token)s
returning head.run_number;
