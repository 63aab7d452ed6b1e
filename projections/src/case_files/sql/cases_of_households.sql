select to_json(file)
  from read_cases as file
 where file.household_id = any ($1)
    or file.applicant in (select person_id from read_members where household_id = any ($1))
 order by file.case_id
