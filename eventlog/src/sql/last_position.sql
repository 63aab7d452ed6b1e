select last_position from log_head
