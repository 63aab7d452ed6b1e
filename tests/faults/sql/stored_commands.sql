select command_id, first_position, last_position, outcome::text as outcome, recorded_at
  from log_commands
 order by first_position
