select payload::text as payload
  from log_events
 where event_type in ('ErasureRequested', 'ErasureRejected', 'CaseWorkErased', 'PersonErased',
                      'DonorErasureRequested', 'DonorErasureRejected', 'DonorErased')
 order by position
