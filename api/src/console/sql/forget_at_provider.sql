delete from app_provider_sign_ins where ends_at < clock_timestamp()
