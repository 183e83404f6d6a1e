-- Which lines did this run bring in that a fee may be charged for, and which rule prices each?
--
-- Grain:   one row per new or changed line with a gross; without a rule where none is declared for it.
-- Reason:  the rule of the method goes before that of every method.
create unlogged table work_fee_lines as
select
    lines.item_id,
    lines.type,
    lines.method,
    lines.gross_currency as currency,
    lines.gross_minor,
    case when lines.net_currency = lines.gross_currency then lines.fee_minor end as charged_minor,
    coalesce(own_rule.rule_number, every_rule.rule_number) as rule_number,
    coalesce(own_rule.rule, every_rule.rule) as rule,
    coalesce(own_rule.minimum_minor, every_rule.minimum_minor) as minimum_minor,
    case when own_rule.rule is null then every_rule.maximum_minor else own_rule.maximum_minor end as maximum_minor,
    null::bigint as volume_minor
from (
    select
        changes.*,
        (
            select lower(further.pair ->> 1)
            from jsonb_array_elements(changes.further_references) as further (pair)
            where further.pair ->> 0 = 'payment_method'
            limit 1
        ) as method
    from work_line_changes as changes
    where changes.change in ('new', 'changed') and changes.gross_minor is not null
) as lines
left join work_fee_rules as own_rule
    on
        lines.gross_currency = own_rule.currency
        and lines.type = own_rule.type
        and lines.method = own_rule.method
left join work_fee_rules as every_rule
    on
        lines.gross_currency = every_rule.currency
        and lines.type = every_rule.type
        and every_rule.method = '*'
where lines.type in ('payment', 'refund', 'chargeback', 'reversal');
