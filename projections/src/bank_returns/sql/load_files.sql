select to_json(file) from read_bank_returns as file where return_id = any ($1)
