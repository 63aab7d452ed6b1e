select json_build_object('file', file, 'household', household.state)
  from read_cases as file
  join read_households as household using (household_id)
 where file.enrolled
   and file.applicant = any ($1)
   and exists (select from read_cases as other
                where other.applicant = file.applicant and other.enrolled and other.case_id <> file.case_id
                  and (other.program = file.program or (file.program = any ($2) and other.program = any ($2))))
 order by file.program, file.case_id
