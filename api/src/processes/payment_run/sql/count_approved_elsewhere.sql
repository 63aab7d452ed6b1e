select count(*)
  from app_run_lines as mine
 where mine.run_id = $1
   and exists (
       select from app_run_lines as other
        where other.run_id = any ($2)
          and (other.program, other.case_id, other.month) = (mine.program, mine.case_id, mine.month)
   )
