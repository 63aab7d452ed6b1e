with codes as (delete from app_recovery_codes where account = $1)
delete from app_second_factors where account = $1 and confirmed
