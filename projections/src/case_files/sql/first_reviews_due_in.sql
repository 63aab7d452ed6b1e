select json_build_object(
           'count', (
               select count(*)
                 from (
                     select from read_cases join read_households using (household_id)
                      where review_due_on <= $1 and community = any ($4)
                      limit $3
                 ) as due),
           'first', (
               select coalesce(json_agg(due order by review_due_on, case_id), '[]'::json)
                 from (
                     select case_id, program, review_due_on
                       from read_cases join read_households using (household_id)
                      where review_due_on <= $1 and community = any ($4)
                      order by review_due_on, case_id
                      limit $2
                 ) as due))
