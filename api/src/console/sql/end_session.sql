delete from app_sessions where sha256 = $1
