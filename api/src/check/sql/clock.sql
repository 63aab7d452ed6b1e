select clock from log_head
