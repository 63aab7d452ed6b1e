select line, account, determination, rule_version, replaces
  from app_run_lines
 where run_id = $1 and case_id = any ($2)
   and not exists (select from app_run_forecasts as ahead where ahead.run_id = $1)
 order by program, case_id, month
