with half as (
    delete from app_half_sessions where account = $1 and sha256 is distinct from $2
)
delete from app_sessions where account = $1 and sha256 is distinct from $2
