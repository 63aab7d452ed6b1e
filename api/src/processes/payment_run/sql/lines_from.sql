select line, account, determination, rule_version, replaces
  from app_run_lines
 where run_id = $1
   and not exists (select from app_run_forecasts as ahead where ahead.run_id = $1)
 order by program, case_id, month
offset $2
 limit $3
