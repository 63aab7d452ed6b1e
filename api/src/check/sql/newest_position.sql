select coalesce(max(position), -1) from log_events
