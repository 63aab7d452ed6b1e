update app_second_factors set confirmed = true, last_step = $2 where account = $1 and not confirmed
