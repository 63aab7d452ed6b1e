select to_json(member) from read_members as member where person_id = any ($1) order by person_id, household_id
