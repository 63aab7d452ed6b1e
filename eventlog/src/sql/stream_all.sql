copy (
    select position, recorded_at, sequence, aggregate_type, aggregate_id, event_type, event_version, payload, metadata
      from log_events
     where position >= {from} and position < {until}
     order by position
) to stdout (format binary)
