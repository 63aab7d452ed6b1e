select hash, set_at, coalesce(waits_until > clock_timestamp(), false) as waits from app_passwords where account = $1
