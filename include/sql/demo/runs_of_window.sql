-- What did the runs of one window say?
--
-- Grain:   one row per run, stored or published, with that window's end.
-- Binds:   window_end (timestamptz).
select
    psp,
    account,
    verdict,
    matched,
    pending,
    discrepancies,
    is_published
from reconciliation.runs
where window_end = %(window_end)s
order by psp, account, published_at
