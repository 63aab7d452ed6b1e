select head.last_position, coalesce(newest.position, -1) as newest_position,
       newest.position is null or newest.recorded_at = head.last_recorded_at as same_time
  from log_head as head
  left join (select position, recorded_at from log_events order by position desc limit 1) as newest on true
