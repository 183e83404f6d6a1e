-- Makes the empty table of lines whose fee is compared, of a PSP without a schedule.
create unlogged table work_fee_lines (
    item_id bigint,
    type text,
    method text,
    currency text,
    gross_minor bigint,
    charged_minor bigint,
    rule_number integer,
    rule text,
    minimum_minor bigint,
    maximum_minor bigint,
    volume_minor bigint
);
