-- Joins of this transaction are hash joins: each one joins many rows with a table of a few.
--
-- Grain:   one row, of no use.
-- Binds:   none. Guessing at expressions, the planner sorts a million rows, or visits each of them once
--          per currency.
select
    set_config('enable_nestloop', 'off', true),
    set_config('enable_mergejoin', 'off', true)
