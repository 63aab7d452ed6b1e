select to_json(run) from read_payment_runs as run where run_id = $1
