select aggregate_id from log_events where event_type = 'UserOpened' order by aggregate_id
