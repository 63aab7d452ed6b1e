select json_build_object('community', community, 'persons', count(distinct applicant),
                         'households', count(distinct household_id))
  from read_cases
  join read_households using (household_id)
 where enrolled
 group by community
 order by community
