select to_json(fund) from read_funds as fund where fund_id = any ($1)
