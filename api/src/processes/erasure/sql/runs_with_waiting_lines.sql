select distinct run_id from app_run_lines where line::text like any ($1)
