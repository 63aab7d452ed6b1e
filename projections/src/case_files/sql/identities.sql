select distinct on (aggregate_id) aggregate_id, payload::text
  from log_events
 where aggregate_type = 'Identity' and aggregate_id = any ($1) and position < $2
 order by aggregate_id, sequence desc
