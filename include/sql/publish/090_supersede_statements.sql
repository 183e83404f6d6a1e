-- Ends the statements that an accepted amendment replaces.
--
-- Binds:   account_id (integer).
update internal.statements as replaced set state = 'superseded'
where
    replaced.account_id = %(account_id)s
    and replaced.state = 'in_force'
    and exists (
        select from internal.statements as accepted
        where
            accepted.account_id = replaced.account_id
            and accepted.statement_key = replaced.statement_key
            and accepted.state = 'accepted'
    );
