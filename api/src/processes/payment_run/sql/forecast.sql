select forecast, keyed_hash from app_run_forecasts where run_id = $1
