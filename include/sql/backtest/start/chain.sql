-- Takes over an account's chain up to its head before the span, with that head's figures.
--
-- Binds:   account_id (integer), start_run_number (bigint; 0 for none).
insert into internal.attempts overriding system value
select * from history.attempts
where account_id = %(account_id)s;

insert into internal.runs overriding system value
select * from history.runs
where account_id = %(account_id)s and run_number <= %(start_run_number)s;

insert into internal.heads (account_id, run_number, run_id, fencing_token, as_of, watermark, moved_at)
select
    account_id,
    run_number,
    run_id,
    1,
    as_of,
    (
        select max(window_end) from internal.runs
        where runs.account_id = %(account_id)s
    ),
    published_at
from history.runs
where account_id = %(account_id)s and run_number = %(start_run_number)s;

insert into internal.run_totals
select * from history.run_totals
where run_number = (select run_number from internal.heads where heads.account_id = %(account_id)s);

insert into internal.run_rolls
select * from history.run_rolls
where run_number = (select run_number from internal.heads where heads.account_id = %(account_id)s);

insert into internal.run_buckets
select * from history.run_buckets
where run_number = (select run_number from internal.heads where heads.account_id = %(account_id)s);

insert into internal.discrepancy_versions
select * from history.discrepancy_versions
where account_id = %(account_id)s and run_number <= %(start_run_number)s;

insert into internal.discrepancy_identities
select * from history.discrepancy_identities
where account_id = %(account_id)s and opened_run_number <= %(start_run_number)s;
