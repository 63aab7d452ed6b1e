-- two questions, each found by its index: asked in one condition, every page would go through all cases
with wanted as materialized (
    select case_id
      from read_cases
     where household_id = any ($1)
     union
    select own.case_id
      from read_members as member
      join read_cases as own on own.applicant = member.person_id
     where member.household_id = any ($1)
)
select to_json(file)
  from wanted
  join read_cases as file using (case_id)
 order by file.case_id
