delete from app_recovery_codes where account = $1 and sha256 = $2
