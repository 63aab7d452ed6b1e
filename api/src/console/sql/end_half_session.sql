delete from app_half_sessions where sha256 = $1
