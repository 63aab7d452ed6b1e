select first_position from log_open(0, null)
