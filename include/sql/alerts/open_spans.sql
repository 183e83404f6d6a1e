-- Since when is a discrepancy of each currency open at the heads of a PSP, and how far do they reach?
--
-- Grain:   one row per currency that has an open discrepancy; open_since is NULL where none of them has
--          a moment, such as a gap in the statements.
-- Binds:   psp (text).
with

heads_of_psp as (

    select
        heads.account_id,
        heads.run_number,
        heads.as_of
    from internal.accounts
    inner join internal.heads on accounts.account_id = heads.account_id
    where accounts.psp = %(psp)s and heads.run_number is not null

)

select
    discrepancy_versions.currency,
    min(discrepancy_versions.occurred_at) as open_since,
    (select array_agg(account_id order by account_id) from heads_of_psp) as account_ids,
    (select array_agg(as_of order by account_id) from heads_of_psp) as as_ofs
from heads_of_psp
inner join internal.discrepancy_versions on heads_of_psp.run_number = discrepancy_versions.run_number
where
    discrepancy_versions.status = 'open'
    and discrepancy_versions.change <> 'resolved'
    and discrepancy_versions.currency is not null
group by discrepancy_versions.currency
order by discrepancy_versions.currency
