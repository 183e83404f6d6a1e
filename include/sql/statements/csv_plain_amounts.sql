-- Amounts as the database reads them: without marks between thousands, and with a decimal point.
--
-- Grain:   updates every row; the gate has held the amounts to the format's marks before.
-- Binds:   decimal_mark, thousands_mark (text).
update work_raw_rows
set
    gross_debit = replace(replace(gross_debit, %(thousands_mark)s, ''), %(decimal_mark)s, '.'),
    gross_credit = replace(replace(gross_credit, %(thousands_mark)s, ''), %(decimal_mark)s, '.'),
    gross = replace(replace(gross, %(thousands_mark)s, ''), %(decimal_mark)s, '.'),
    settled_gross = replace(replace(settled_gross, %(thousands_mark)s, ''), %(decimal_mark)s, '.'),
    exchange_rate = replace(replace(exchange_rate, %(thousands_mark)s, ''), %(decimal_mark)s, '.'),
    net_debit = replace(replace(net_debit, %(thousands_mark)s, ''), %(decimal_mark)s, '.'),
    net_credit = replace(replace(net_credit, %(thousands_mark)s, ''), %(decimal_mark)s, '.'),
    net = replace(replace(net, %(thousands_mark)s, ''), %(decimal_mark)s, '.'),
    cost_1 = replace(replace(cost_1, %(thousands_mark)s, ''), %(decimal_mark)s, '.'),
    cost_2 = replace(replace(cost_2, %(thousands_mark)s, ''), %(decimal_mark)s, '.'),
    cost_3 = replace(replace(cost_3, %(thousands_mark)s, ''), %(decimal_mark)s, '.'),
    cost_4 = replace(replace(cost_4, %(thousands_mark)s, ''), %(decimal_mark)s, '.'),
    cost_5 = replace(replace(cost_5, %(thousands_mark)s, ''), %(decimal_mark)s, '.'),
    cost_6 = replace(replace(cost_6, %(thousands_mark)s, ''), %(decimal_mark)s, '.'),
    tax_1 = replace(replace(tax_1, %(thousands_mark)s, ''), %(decimal_mark)s, '.'),
    tax_2 = replace(replace(tax_2, %(thousands_mark)s, ''), %(decimal_mark)s, '.'),
    tax_3 = replace(replace(tax_3, %(thousands_mark)s, ''), %(decimal_mark)s, '.'),
    balance = replace(replace(balance, %(thousands_mark)s, ''), %(decimal_mark)s, '.')
