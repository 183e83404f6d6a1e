-- Takes a published run's attempt up again, with the code as it is now and the rules of the replay.
--
-- Grain:   one row, which changes.
-- Binds:   attempt_id (bigint), code_version, rules_sha256 (text), rules (jsonb).
update internal.attempts set
    state = 'chosen',
    code_version = %(code_version)s,
    rules_sha256 = %(rules_sha256)s,
    rules = %(rules)s,
    predecessor_run_id = null,
    matched_against_token = null,
    run_id = null,
    published_run_id = null,
    verdict = null
where attempt_id = %(attempt_id)s
