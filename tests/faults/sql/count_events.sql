select count(*), count(distinct payload -> event_type ->> 'person_id')
  from log_events
 where event_type = $1
