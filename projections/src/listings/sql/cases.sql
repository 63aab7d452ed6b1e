select json_build_object('case_id', found.case_id, 'household_id', found.household_id, 'applicant', found.applicant,
                         'community', home.community, 'program', found.program, 'stage', found.stage,
                         'applied_on', found.applied_on, 'decided_on', found.decided_on,
                         'closed_on', found.closed_on, 'review_due_on', found.review_due_on,
                         'version', found.sequence, 'opened_position', found.opened_position)
  from read_cases as found
  cross join lateral (select community from read_households where household_id = found.household_id offset 0) as home
 where ($1::uuid is null or found.case_id > $1)
   and ($2::text is null or found.program = $2)
   and ($3::text is null or found.stage = $3)
   and ($4::text is null or home.community = $4)
   and ($5::uuid is null or found.household_id = $5)
   and ($6::uuid is null or found.applicant = $6)
   and ($7::uuid is null or found.case_id = $7)
 order by found.case_id
 limit $8
