delete from app_run_lines where run_id = $1 and case_id = any ($2)
