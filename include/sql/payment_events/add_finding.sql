-- Keeps what was found of a payment, with the hash of its evidence.
--
-- Grain:   no rows.
-- Binds:   one value per column.
insert into internal.payment_replay_findings (
    replay_id, payment_id, outcome, sentences, replayed_state, replayed_sequence_number, replayed_sha256,
    stored_state, stored_sequence_number, stored_sha256, evidence_sha256
)
values (
    %(replay_id)s, %(payment_id)s, %(outcome)s, %(sentences)s, %(replayed_state)s,
    %(replayed_sequence_number)s, %(replayed_sha256)s, %(stored_state)s, %(stored_sequence_number)s,
    %(stored_sha256)s, %(evidence_sha256)s
)
