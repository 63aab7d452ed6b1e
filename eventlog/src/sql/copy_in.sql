copy log_events (position, recorded_at, sequence, aggregate_type, aggregate_id, event_type, event_version, payload,
                 metadata)
from stdin (format binary)
