select distinct run_id from app_run_lines where line like any ($1)
