-- Joins and groups of this transaction are made by hashing: each is of many rows and a table of a few.
--
-- Grain:   one row, of no use.
-- Binds:   none. Guessing at expressions, the planner sorts a million rows to group them in three, or
--          visits each of them once per currency.
select
    set_config('enable_nestloop', 'off', true),
    set_config('enable_mergejoin', 'off', true),
    set_config('enable_sort', 'off', true)
