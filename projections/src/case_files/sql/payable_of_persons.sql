with several as materialized (
    select distinct wanted.person
      from unnest($1::uuid[]) as wanted (person)
     where (select count(*)
              from (select from read_cases where applicant = wanted.person and enrolled limit 2) as own) > 1
)
select json_build_object('file', file, 'household', household.state)
  from several
 cross join lateral (select * from read_cases where applicant = several.person and enrolled offset 0) as file
  join read_households as household using (household_id)
 where exists (select from read_cases as other
                where other.applicant = file.applicant and other.enrolled and other.case_id <> file.case_id
                  and (other.program = file.program or (file.program = any ($2) and other.program = any ($2))))
 order by file.program, file.case_id
