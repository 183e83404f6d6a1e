-- Which payments have more than one row of a side and economic type, so that they are no plain pair?
--
-- Grain:   one row per hash of such a payment and economic type, in work_crowded_payments.
-- Binds:   as_of (timestamptz).
-- Reason:  hashes are found in half the memory; two payments with one hash are only decided by the
--          passes, with the same outcome.
create unlogged table work_crowded_payments as
select distinct key_hash
from (
    select hashtextextended(payment_key, hashtext(economic_type)) as key_hash
    from work_pool_statement
    where dated_at < %(as_of)s and type <> 'unknown'
    group by key_hash
    having count(*) > 1
    union all
    select hashtextextended(payment_key, hashtext(economic_type)) as key_hash
    from work_pool_ledger
    where dated_at < %(as_of)s and type <> 'unknown' and moves_money
    group by key_hash
    having count(*) > 1
) as crowded;
