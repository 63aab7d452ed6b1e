select distinct aggregate_type, aggregate_id
  from log_events
 where position($1 in payload::text) > 0
 order by aggregate_type, aggregate_id
