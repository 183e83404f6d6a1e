-- Makes the rows of both sides that the discrepancies are about.
create unlogged table work_items as
select
    sides.side,
    faults.number * 2 + case sides.side when 'ledger' then 1 else 0 end as item_id,
    'payment'::text as type,
    'payment'::text as economic_type,
    case
        when faults.sort = 3 then '000REFERENCE' || faults.pair
        when faults.sort = 4 then 'REFERENCE' || faults.pair
        else 'PAYMENT' || faults.number || 'OF' || faults.gross_minor
    end as psp_reference,
    'order-' || faults.number as merchant_reference,
    case
        when sides.side = 'statement' or faults.sort in (3, 4, 5, 6) then faults.gross_minor
        when faults.sort = 0 then faults.gross_minor - faults.fee_minor
        when faults.sort = 1 then faults.gross_minor * 100
        when faults.sort = 2 then faults.gross_minor + faults.fee_minor
        else faults.gross_minor + 3
    end as amount_minor,
    'EUR'::text as currency,
    faults.fee_minor,
    null::bigint as tax_minor,
    faults.gross_minor - faults.fee_minor as net_minor,
    'EUR'::text as net_currency,
    timestamptz '2026-03-02 10:00:00+00' as dated_at,
    date '2026-03-02' as dated_on,
    'L' || faults.number as ledger_id,
    'made.csv'::text as statement_file,
    faults.number::integer as statement_row
from work_faults as faults
cross join (values ('statement'), ('ledger')) as sides (side)
where
    case faults.sort
        when 3 then sides.side = 'statement'
        when 4 then sides.side = 'ledger'
        when 5 then sides.side = 'statement'
        when 6 then sides.side = 'ledger'
        else true
    end;
