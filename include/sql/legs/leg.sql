-- What the views of a leg are told.
--
-- Grain:   one row; begins where the head has nothing of this leg, so that all rows in force are new.
-- Binds:   account_id (integer), leg (text), head_run_number (bigint), money_types (text[]),
--          as_of (timestamptz).
create unlogged table work_leg as
select
    %(account_id)s::integer as account_id,
    %(leg)s::text as leg,
    %(money_types)s::text[] as money_types,
    %(as_of)s::timestamptz as as_of,
    not exists (
        select from internal.run_buckets
        where run_number = %(head_run_number)s and leg = %(leg)s
    ) as begins;
