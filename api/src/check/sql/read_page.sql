select position, recorded_at, sequence, aggregate_type, aggregate_id, event_type, event_version, payload, metadata
  from log_events
 where position > $1 and position <= $2
 order by position
 limit $3
