update log_head set last_position = last_position + 1
