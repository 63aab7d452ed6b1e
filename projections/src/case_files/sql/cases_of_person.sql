select to_json(file) from read_cases as file where applicant = $1 order by opened_position
