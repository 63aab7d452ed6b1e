delete from app_provider_sign_ins where sha256 = $1 returning ends_at > clock_timestamp()
