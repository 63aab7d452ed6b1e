select origin from log_head
