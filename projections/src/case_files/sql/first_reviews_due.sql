select json_build_object(
           'count', (
               select count(*)
                 from (
                     select from read_cases
                      where review_due_on <= $1
                      order by review_due_on
                      limit $3
                 ) as due),
           'first', (
               select coalesce(json_agg(due order by review_due_on, case_id), '[]'::json)
                 from (
                     select case_id, program, review_due_on
                       from read_cases
                      where review_due_on <= $1
                      order by review_due_on, case_id
                      limit $2
                 ) as due))
