select to_json(file) from read_cases as file where case_id = any ($1)
