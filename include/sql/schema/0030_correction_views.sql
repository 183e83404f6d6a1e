-- What is asked for, logged and in force, for people; and who may do what.
create view internal.corrections as
select
    applied.*,
    posted.event as posted_as,
    posted.result as posting,
    corrected.request_id as corrected_by
from internal.correction_log as applied
left join internal.correction_log as posted
    on applied.request_id = posted.request_id and posted.event in ('confirmed', 'posted_otherwise', 'withdrawn')
left join internal.correction_log as corrected
    on
        applied.request_id = corrected.object_id
        and corrected.event = 'applied'
        and corrected.object_kind = 'correction'
where applied.event = 'applied' and applied.object_kind in ('discrepancy', 'correction');

comment on view internal.corrections is 'Applied corrections, how the ledger posted each, and what corrects it in turn.';

create view reconciliation.correction_log as
select
    correction_log.sequence_number,
    correction_log.event,
    correction_log.request_id,
    correction_log.action,
    correction_log.object_kind,
    correction_log.object_id,
    correction_log.psp,
    accounts.account,
    correction_log.leg,
    correction_log.discrepancy_id,
    correction_log.episode,
    correction_log.currency,
    correction_log.amount_minor,
    correction_log.reason_code,
    correction_log.reason,
    correction_log.ticket,
    correction_log.psp_ticket,
    correction_log.accept_until,
    correction_log.post_by,
    correction_log.link_to,
    correction_log.state_before,
    correction_log.state_after,
    correction_log.requested_by,
    correction_log.on_behalf_of,
    correction_log.requested_at,
    correction_log.content_sha256,
    correction_log.approved_by,
    correction_log.approved_at,
    correction_log.second_approved_by,
    correction_log.second_approved_at,
    correction_log.result,
    correction_log.logged_at,
    correction_log.previous_sha256,
    correction_log.entry_sha256
from internal.correction_log
left join internal.accounts on correction_log.account_id = accounts.account_id;

comment on view reconciliation.correction_log is 'Every correction and operator action, as it was asked, answered and carried out; hash-chained.';
comment on column reconciliation.correction_log.sequence_number is 'Its place in the log, without a gap.';
comment on column reconciliation.correction_log.event is 'applied, rejected, expired or refused ends a request; answer_refused does not; verified, failed, confirmed, posted_otherwise or withdrawn says what came of it.';
comment on column reconciliation.correction_log.request_id is 'The request: its idempotency key, a hash of its content.';
comment on column reconciliation.correction_log.action is 'What was asked for; docs/corrections.md lists the actions.';
comment on column reconciliation.correction_log.object_kind is 'What it is done to: a discrepancy, a correction, or an object of a service.';
comment on column reconciliation.correction_log.object_id is 'Its id.';
comment on column reconciliation.correction_log.psp is 'The PSP, where there is one.';
comment on column reconciliation.correction_log.account is 'The account at the PSP.';
comment on column reconciliation.correction_log.leg is 'The leg of the discrepancy.';
comment on column reconciliation.correction_log.discrepancy_id is 'The discrepancy that it is about.';
comment on column reconciliation.correction_log.episode is 'Which episode of it.';
comment on column reconciliation.correction_log.currency is 'Currency of the amount.';
comment on column reconciliation.correction_log.amount_minor is 'The entry on the ledger''s side, signed, in minor units; NULL where no money is asked for.';
comment on column reconciliation.correction_log.reason_code is 'Why, as a code.';
comment on column reconciliation.correction_log.reason is 'Why, in words.';
comment on column reconciliation.correction_log.ticket is 'The company''s ticket.';
comment on column reconciliation.correction_log.psp_ticket is 'The PSP''s ticket.';
comment on column reconciliation.correction_log.accept_until is 'Until when the discrepancy is accepted.';
comment on column reconciliation.correction_log.post_by is 'The day by which the ledger is to have posted the entry.';
comment on column reconciliation.correction_log.link_to is 'The payment that the rows of a discrepancy belong to; of an operator action, the reference that it names.';
comment on column reconciliation.correction_log.state_before is 'The object before, as JSON.';
comment on column reconciliation.correction_log.state_after is 'The object after, as JSON.';
comment on column reconciliation.correction_log.requested_by is 'Who triggered it.';
comment on column reconciliation.correction_log.on_behalf_of is 'In whose name, where that is another.';
comment on column reconciliation.correction_log.requested_at is 'When it was asked for.';
comment on column reconciliation.correction_log.content_sha256 is 'Hash of all that was approved.';
comment on column reconciliation.correction_log.approved_by is 'Who approved it.';
comment on column reconciliation.correction_log.approved_at is 'When.';
comment on column reconciliation.correction_log.second_approved_by is 'Who approved it as well, where the amount needs two.';
comment on column reconciliation.correction_log.second_approved_at is 'When.';
comment on column reconciliation.correction_log.result is 'What came of it, or why it ended.';
comment on column reconciliation.correction_log.logged_at is 'When the row was written.';
comment on column reconciliation.correction_log.previous_sha256 is 'Hash of the row before; NULL in the first.';
comment on column reconciliation.correction_log.entry_sha256 is 'Hash of this row and of all before it.';

create view reconciliation.action_requests as
select
    action_requests.request_id,
    action_requests.action,
    action_requests.object_kind,
    action_requests.object_id,
    action_requests.psp,
    accounts.account,
    action_requests.leg,
    action_requests.discrepancy_id,
    action_requests.episode,
    action_requests.currency,
    action_requests.amount_minor,
    action_requests.reason_code,
    action_requests.reason,
    action_requests.ticket,
    action_requests.psp_ticket,
    action_requests.accept_until,
    action_requests.post_by,
    action_requests.link_to,
    action_requests.state_before,
    action_requests.state_after,
    action_requests.preview,
    action_requests.requested_by,
    action_requests.on_behalf_of,
    action_requests.requested_at,
    action_requests.expires_at,
    action_requests.approvals_needed,
    action_requests.content_sha256,
    coalesce(answers.approvals, 0) as approvals,
    case
        when ends.event is not null then ends.event
        when answers.is_rejected then 'rejected'
        when clock_timestamp() >= action_requests.expires_at then 'expired'
        when coalesce(answers.approvals, 0) >= action_requests.approvals_needed then 'approved'
        else 'waiting'
    end as state
from internal.action_requests
left join internal.accounts on action_requests.account_id = accounts.account_id
left join (
    select
        request_id,
        count(*) filter (where answer = 'approved') as approvals,
        bool_or(answer = 'rejected') as is_rejected
    from internal.action_answers
    group by request_id
) as answers on action_requests.request_id = answers.request_id
left join internal.correction_log as ends
    on
        action_requests.request_id = ends.request_id
        and ends.event in ('applied', 'rejected', 'expired', 'refused');

comment on view reconciliation.action_requests is 'What somebody asked to be done, and how far it has come.';
comment on column reconciliation.action_requests.request_id is 'The request: its idempotency key, a hash of its content.';
comment on column reconciliation.action_requests.action is 'What was asked for; docs/corrections.md lists the actions.';
comment on column reconciliation.action_requests.object_kind is 'What it is done to: a discrepancy, a correction, or an object of a service.';
comment on column reconciliation.action_requests.object_id is 'Its id.';
comment on column reconciliation.action_requests.psp is 'The PSP, where there is one.';
comment on column reconciliation.action_requests.account is 'The account at the PSP.';
comment on column reconciliation.action_requests.leg is 'The leg of the discrepancy.';
comment on column reconciliation.action_requests.discrepancy_id is 'The discrepancy that it is about.';
comment on column reconciliation.action_requests.episode is 'Which episode of it.';
comment on column reconciliation.action_requests.currency is 'Currency of the amount.';
comment on column reconciliation.action_requests.amount_minor is 'The entry on the ledger''s side, signed, in minor units; NULL where no money is asked for.';
comment on column reconciliation.action_requests.reason_code is 'Why, as a code.';
comment on column reconciliation.action_requests.reason is 'Why, in words.';
comment on column reconciliation.action_requests.ticket is 'The company''s ticket.';
comment on column reconciliation.action_requests.psp_ticket is 'The PSP''s ticket.';
comment on column reconciliation.action_requests.accept_until is 'Until when the discrepancy is accepted.';
comment on column reconciliation.action_requests.post_by is 'The day by which the ledger is to have posted the entry.';
comment on column reconciliation.action_requests.link_to is 'The payment that the rows of a discrepancy belong to; of an operator action, the reference that it names.';
comment on column reconciliation.action_requests.state_before is 'The object before, as JSON.';
comment on column reconciliation.action_requests.state_after is 'The object after, as JSON.';
comment on column reconciliation.action_requests.preview is 'What is approved, in words.';
comment on column reconciliation.action_requests.requested_by is 'Who triggered it.';
comment on column reconciliation.action_requests.on_behalf_of is 'In whose name, where that is another.';
comment on column reconciliation.action_requests.requested_at is 'When it was asked for.';
comment on column reconciliation.action_requests.expires_at is 'Until when it may be answered and carried out.';
comment on column reconciliation.action_requests.approvals_needed is 'How many others must approve.';
comment on column reconciliation.action_requests.content_sha256 is 'Hash of all that was approved.';
comment on column reconciliation.action_requests.approvals is 'How many have.';
comment on column reconciliation.action_requests.state is 'waiting, approved, applied, rejected, expired or refused.';

create view reconciliation.corrections as
select
    corrections.request_id,
    corrections.action,
    corrections.object_kind,
    corrections.object_id,
    corrections.psp,
    accounts.account,
    corrections.leg,
    corrections.discrepancy_id,
    corrections.episode,
    corrections.currency,
    corrections.amount_minor,
    corrections.reason_code,
    corrections.reason,
    corrections.ticket,
    corrections.psp_ticket,
    corrections.accept_until,
    corrections.post_by,
    corrections.link_to,
    corrections.requested_by,
    corrections.on_behalf_of,
    corrections.approved_by,
    corrections.second_approved_by,
    corrections.logged_at,
    corrections.posted_as,
    corrections.posting,
    corrections.corrected_by
from internal.corrections
left join internal.accounts on corrections.account_id = accounts.account_id;

comment on view reconciliation.corrections is 'Applied corrections: what each is about, whether the ledger has posted it, and what takes it back.';
comment on column reconciliation.corrections.request_id is 'The request: its idempotency key, a hash of its content.';
comment on column reconciliation.corrections.action is 'What was asked for; docs/corrections.md lists the actions.';
comment on column reconciliation.corrections.object_kind is 'What it is done to: a discrepancy, a correction, or an object of a service.';
comment on column reconciliation.corrections.object_id is 'Its id.';
comment on column reconciliation.corrections.psp is 'The PSP, where there is one.';
comment on column reconciliation.corrections.account is 'The account at the PSP.';
comment on column reconciliation.corrections.leg is 'The leg of the discrepancy.';
comment on column reconciliation.corrections.discrepancy_id is 'The discrepancy that it is about.';
comment on column reconciliation.corrections.episode is 'Which episode of it.';
comment on column reconciliation.corrections.currency is 'Currency of the amount.';
comment on column reconciliation.corrections.amount_minor is 'The entry on the ledger''s side, signed, in minor units; NULL where no money is asked for.';
comment on column reconciliation.corrections.reason_code is 'Why, as a code.';
comment on column reconciliation.corrections.reason is 'Why, in words.';
comment on column reconciliation.corrections.ticket is 'The company''s ticket.';
comment on column reconciliation.corrections.psp_ticket is 'The PSP''s ticket.';
comment on column reconciliation.corrections.accept_until is 'Until when the discrepancy is accepted.';
comment on column reconciliation.corrections.post_by is 'The day by which the ledger is to have posted the entry.';
comment on column reconciliation.corrections.link_to is 'The payment that the rows of the discrepancy belong to.';
comment on column reconciliation.corrections.requested_by is 'Who triggered it.';
comment on column reconciliation.corrections.on_behalf_of is 'In whose name, where that is another.';
comment on column reconciliation.corrections.approved_by is 'Who approved it.';
comment on column reconciliation.corrections.second_approved_by is 'Who approved it as well, where the amount needs two.';
comment on column reconciliation.corrections.logged_at is 'When the row was written.';
comment on column reconciliation.corrections.posted_as is 'confirmed, posted_otherwise or withdrawn (taken back before it was posted); NULL while it waits.';
comment on column reconciliation.corrections.posting is 'The ledger row that posted it, as JSON.';
comment on column reconciliation.corrections.corrected_by is 'The correction that takes it back, if one does.';

-- The application asks and carries out; it can neither approve nor write into the log.
grant select on internal.approval_limits, internal.action_requests, internal.action_answers, internal.correction_log,
internal.corrections
to reconciliation_rw;
grant select, insert on internal.action_request_runs to reconciliation_rw;
grant select on internal.action_request_runs to reconciliation_approver;
grant insert (
    request_id, action, object_kind, object_id, psp, account_id, leg, discrepancy_id, episode, currency,
    amount_minor, reason_code, reason, ticket, psp_ticket, accept_until, post_by, link_to, state_before,
    state_after, state_sha256, preview, requested_by, on_behalf_of, expires_at
) on internal.action_requests to reconciliation_rw;
grant execute on function
internal.apply_request, internal.end_request, internal.note_outcome, internal.note_refused_answer,
internal.discrepancy_state,
internal.correction_state
to reconciliation_rw;

-- The approver answers, and can do nothing else.
grant usage on schema internal, reconciliation to reconciliation_approver;
grant select on reconciliation.action_requests to reconciliation_approver;
grant insert (request_id, answered_by, answer, channel, note, content_sha256)
on internal.action_answers to reconciliation_approver;

grant select on reconciliation.correction_log, reconciliation.action_requests, reconciliation.corrections
to reconciliation_rw, reconciliation_ro;
