-- Writes a request down, once; the database adds when, how many approvers, and the hash.
--
-- Grain:   no rows.
-- Binds:   request_id, action, object_kind, object_id, psp, leg, discrepancy_id, currency, reason_code,
--          reason, ticket, psp_ticket, link_to, state_before, state_after, state_sha256, preview,
--          requested_by, on_behalf_of (text), account_id, episode (integer), amount_minor (bigint),
--          accept_until (timestamptz), post_by (date), expire_after (interval); NULL where there is none.
insert into internal.action_requests (
    request_id, action, object_kind, object_id, psp, account_id, leg, discrepancy_id, episode, currency,
    amount_minor, reason_code, reason, ticket, psp_ticket, accept_until, post_by, link_to, state_before,
    state_after, state_sha256, preview, requested_by, on_behalf_of, expires_at
)
values (
    %(request_id)s, %(action)s, %(object_kind)s, %(object_id)s, %(psp)s, %(account_id)s, %(leg)s,
    %(discrepancy_id)s, %(episode)s, %(currency)s, %(amount_minor)s, %(reason_code)s, %(reason)s,
    %(ticket)s, %(psp_ticket)s, %(accept_until)s, %(post_by)s, %(link_to)s, %(state_before)s,
    %(state_after)s, %(state_sha256)s, %(preview)s, %(requested_by)s, %(on_behalf_of)s,
    clock_timestamp() + %(expire_after)s::interval
)
on conflict (request_id) do nothing
