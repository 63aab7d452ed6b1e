select json_build_object('case_id', found.case_id, 'household_id', found.household_id, 'applicant', found.applicant,
                         'community', home.community, 'program', found.program, 'stage', found.stage,
                         'applied_on', found.applied_on, 'decided_on', found.decided_on,
                         'closed_on', found.closed_on, 'review_due_on', found.review_due_on,
                         'version', found.sequence, 'opened_position', found.opened_position)
  from unnest($1::uuid[]) as wanted (person)
 cross join lateral (
     select * from read_cases where applicant = wanted.person order by case_id limit $2
 ) as found
 cross join lateral (select community from read_households where household_id = found.household_id offset 0) as home
