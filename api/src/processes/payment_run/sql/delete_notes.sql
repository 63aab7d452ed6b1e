delete from app_run_notes where run_id = $1
