update log_head set clock = $1 where last_position = -1 and clock <> $1
