select first_position, recorded_at from log_open($1, $2)
