select payload::text as payload
  from log_events
 where event_type in ('CaseWorkErased', 'PersonErased', 'DonorErased')
 order by position
