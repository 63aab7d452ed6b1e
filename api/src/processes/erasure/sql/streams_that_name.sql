select distinct aggregate_id from log_events where aggregate_type = $1 and payload::text like any ($2)
