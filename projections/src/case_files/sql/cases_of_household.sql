select to_json(file) from read_cases as file where household_id = $1 order by opened_position
