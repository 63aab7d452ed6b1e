select to_json(household) from read_households as household where household_id = any ($1)
