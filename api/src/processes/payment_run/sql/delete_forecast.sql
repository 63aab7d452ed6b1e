delete from app_run_forecasts where run_id = $1
