select command_id, request_hash, first_position, last_position, recorded_at, outcome
  from log_commands
 where command_id = any ($1)
