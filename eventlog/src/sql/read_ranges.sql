select event.position, event.recorded_at, event.sequence, event.aggregate_type, event.aggregate_id, event.event_type,
       event.event_version, event.payload, event.metadata
  from unnest($1::bigint[], $2::bigint[]) as range (first, last)
 cross join lateral (
       select *
         from log_events
        where position between range.first and range.last and aggregate_type = any ($3)
        order by position) as event
