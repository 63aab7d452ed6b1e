select position, recorded_at, sequence, aggregate_type, aggregate_id, event_type, event_version, payload, metadata
  from log_events
 where aggregate_id = any ($1) and aggregate_type = $2 and event_type = any ($3)
