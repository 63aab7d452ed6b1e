-- the trail finds the few among all events, by an index of its own for exactly these
select log_events.payload::text as payload
  from read_audit_trail as trail
  join log_events using (position)
 where trail.event_type in ('ErasureRequested', 'ErasureRejected', 'CaseWorkErased', 'PersonErased',
                            'DonorErasureRequested', 'DonorErasureRejected', 'DonorErased')
 order by trail.position
