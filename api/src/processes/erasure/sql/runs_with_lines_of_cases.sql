select distinct run_id from app_run_lines where case_id = any ($2) and line like any ($1)
