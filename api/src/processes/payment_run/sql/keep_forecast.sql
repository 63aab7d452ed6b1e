insert into app_run_forecasts (run_id, forecast, keyed_hash) values ($1, $2, $3)
