select line, account, determination, rule_version, replaces
  from app_run_lines
 where run_id = $1 and case_id = any ($2)
 order by program, case_id, month
