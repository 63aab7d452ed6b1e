delete from app_half_sessions where ends_at < clock_timestamp()
