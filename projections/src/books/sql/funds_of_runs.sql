select run_id, fund_id from read_payment_runs where run_id = any ($1)
