-- Shows the same rows as the pool of lines that are decided anew.
create view work_pool_statement as
select
    payment_key,
    economic_type,
    amount_minor,
    currency
from work_hard
where side = 'statement';
