-- Which of these connections has somebody added in Airflow? Read in Airflow's own database.
--
-- Grain:   one row per connection.
-- Binds:   connection_ids (text[]).
select conn_id as connection_id
from connection
where conn_id = any(%(connection_ids)s::text[])
order by connection_id
