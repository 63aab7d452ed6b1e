select to_json(run) from read_payment_runs as run order by opened_position
