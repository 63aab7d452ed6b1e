select aggregate_id, max(recorded_at) as recorded_at
  from log_events
 where aggregate_type = $1
   and payload::text like any ($2)
   and event_type not in ('DonorErasureRequested', 'DonorErasureRejected', 'DonorErased')
 group by aggregate_id
 order by min(position)
 limit 1
