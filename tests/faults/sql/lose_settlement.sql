delete from log_events
 where position = (select min(position) from log_events where event_type = 'PaymentSettled')
returning position
