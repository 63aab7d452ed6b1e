select line
  from app_run_lines
 where run_id = $1 and (program, case_id, month) > ($2, $3, $4)
 order by program, case_id, month
 limit 5000
