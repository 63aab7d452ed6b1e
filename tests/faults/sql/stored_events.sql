select position, recorded_at, aggregate_id as stream, sequence, (metadata ->> 'command_id')::uuid as command_id
  from log_events
 order by position
