-- Removes the requests from Slack that are too old to matter.
--
-- Grain:   one row: how many there were.
select internal.forget_slack_requests() as forgotten
