delete from app_sessions where ends_at < clock_timestamp()
