-- How do the fees of this run's lines stand to the schedule, in all?
--
-- Grain:   one row per currency.
create table work_run_fees as
select
    lines.currency,
    count(expected.item_id) as lines,
    coalesce(sum(lines.charged_minor) filter (where expected.item_id is not null), 0)::bigint as charged_minor,
    coalesce(sum(expected.expected_minor), 0)::bigint as expected_minor,
    count(*) filter (where lines.charged_minor > expected.expected_minor) as overcharged_lines,
    coalesce(
        sum(lines.charged_minor - expected.expected_minor) filter (where lines.charged_minor > expected.expected_minor), 0
    )::bigint as overcharged_minor,
    count(*) filter (where lines.charged_minor < expected.expected_minor) as undercharged_lines,
    coalesce(
        sum(lines.charged_minor - expected.expected_minor) filter (where lines.charged_minor < expected.expected_minor), 0
    )::bigint as undercharged_minor,
    count(*) filter (where lines.rule is null) as lines_without_rule,
    count(*) filter (where lines.rule is not null and lines.charged_minor is null) as lines_without_fee
from work_fee_lines as lines
left join work_fee_expected as expected on lines.item_id = expected.item_id
group by lines.currency;
