select account, by_provider from app_half_sessions where sha256 = $1 and ends_at > clock_timestamp()
