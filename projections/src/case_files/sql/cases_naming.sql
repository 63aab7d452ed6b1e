select case_id from read_cases where applicant = any ($1)
union
select case_id from read_cases where household_id = any ($2)
