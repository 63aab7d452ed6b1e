select position, recorded_at, sequence, aggregate_type, aggregate_id, event_type, event_version, payload, metadata
  from log_events
 where position = any ($1)
 order by position
