select min(position) from log_events where event_type = $1
