-- What was wrong with a payment, as each run saw it?
--
-- Grain:   one row per discrepancy and run, the oldest run first.
-- Binds:   account_ids (integer[]), payment_keys (text[]) - side by side, one payment each; linked (text[]) -
--          discrepancies that corrections name beside them.
select
    versions.discrepancy_id,
    accounts.psp,
    accounts.account,
    versions.leg,
    versions.aspect,
    versions.event_id,
    runs.run_id,
    versions.kind,
    versions.change,
    versions.status,
    versions.episode,
    versions.severity,
    versions.currency,
    versions.statement_minor,
    versions.ledger_minor,
    versions.delta_minor,
    versions.exposure_minor,
    versions.psp_reference,
    versions.merchant_reference,
    versions.occurred_at,
    versions.due_on,
    versions.explanation,
    versions.statement_file,
    versions.statement_row,
    runs.is_published,
    coalesce(heads.run_number = runs.run_number, false) as is_at_the_head
from internal.discrepancy_versions as versions
inner join internal.runs on versions.run_number = runs.run_number
inner join internal.accounts on versions.account_id = accounts.account_id
left join internal.heads on versions.account_id = heads.account_id
where
    exists (
        select from unnest(%(account_ids)s::integer[], %(payment_keys)s::text[]) as given (account_id, payment_key)
        where given.account_id = versions.account_id and given.payment_key = versions.payment_key
    )
    or versions.discrepancy_id = any(%(linked)s::text[])
order by accounts.psp, accounts.account, versions.leg, versions.aspect, versions.discrepancy_id, runs.run_number
