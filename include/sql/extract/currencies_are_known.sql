-- Every ledger row is in a currency of ISO 4217 that the PSP's entry has limits for.
--
-- Grain:   one row per currency that is not, with an example.
-- Binds:   currencies (text[]).
select
    work_ledger_extract.currency,
    count(*)::bigint as rows,
    min(work_ledger_extract.ledger_id) as example
from work_ledger_extract
left join internal.currencies on work_ledger_extract.currency = currencies.code
where currencies.code is null or currencies.code <> all(%(currencies)s::text[])
group by work_ledger_extract.currency
order by work_ledger_extract.currency;
