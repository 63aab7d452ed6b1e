select distinct case_id
  from app_run_lines
 where run_id = $1 and split_part(line, '|', 12) = any ($2)
 order by 1
