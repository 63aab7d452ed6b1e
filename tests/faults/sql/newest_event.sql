select position, event_type, md5(concat_ws('|', aggregate_type, aggregate_id, sequence, payload, metadata)) as fingerprint
  from log_events
 order by position desc
 limit 1
