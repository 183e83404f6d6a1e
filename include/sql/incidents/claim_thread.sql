-- Who may write to an incident's thread in a channel? One delivery at a time, until its claim runs out.
--
-- Grain:   one row when it is the caller's, none when it is somebody else's.
-- Binds:   alert_id (bigint), channel (text), lease_seconds (integer).
insert into internal.incident_threads (alert_id, channel, claimed_until)
values (%(alert_id)s, %(channel)s, clock_timestamp() + make_interval(secs => %(lease_seconds)s))
on conflict (alert_id, channel) do update
set claimed_until = excluded.claimed_until
where incident_threads.claimed_until <= clock_timestamp()
returning message_id, channel_id, ts
