insert into log_events
select head.last_position + 1, head.last_recorded_at, event.sequence + 1, event.aggregate_type, event.aggregate_id,
       event.event_type, event.event_version, event.payload, event.metadata
  from log_head as head, log_events as event
 where event.event_type = 'PaymentSettled'
 order by event.position desc
 limit 1
returning position
