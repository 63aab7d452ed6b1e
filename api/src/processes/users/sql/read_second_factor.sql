select sealed, last_step from app_second_factors where account = $1 and confirmed = $2
