select json_build_object('file', file, 'household', household.state)
  from read_cases as file
  join read_households as household using (household_id)
 where file.case_id = $1 and file.enrolled
