-- What the payments' own system has stored, with the SHA-256 of the canonical form that docs/replay.md gives.
--
-- Grain:   one row per payment that has a projection.
insert into payments.projections (payment_id, state, sequence_number, state_sha256, updated_at)
select
    payment_id,
    case fault when 'another state' then 'AUTHORISED' else 'SETTLED' end,
    case when is_retried then 9 else 6 end,
    case
        when fault = 'another hash' then repeat('0', 64)
        else encode(
            sha256(
                convert_to(
                    format(
                        '{"amount_minor":%%s,"attempts":[%%s],"currency":"%%s","form":"payment-state-1","payment_id":"%%s",'
                        || '"reason":null,"sequence_number":%%s,"state":"SETTLED"}',
                        amount_minor,
                        case
                            when is_retried
                                then
                                    format('["%%1$s-attempt-1","failed"],["%%1$s-attempt-2","settled"]', payment_id)
                            else format('["%%s-attempt-1","settled"]', payment_id)
                        end,
                        currency,
                        payment_id,
                        case when is_retried then 9 else 6 end
                    ),
                    'UTF8'
                )
            ),
            'hex'
        )
    end,
    begun_at + interval '10 minutes'
from bench.payments
where fault is distinct from 'no projection'
order by number
