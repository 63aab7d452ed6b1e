select split_part(line, '|', 2)::uuid
  from app_run_lines
 where run_id = $1 and line like 'line2|%'
