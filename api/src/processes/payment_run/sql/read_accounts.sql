select split_part(line, '|', 2)::uuid, split_part(line, '|', 12)
  from app_run_lines
 where run_id = $1
