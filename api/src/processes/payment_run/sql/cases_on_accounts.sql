select distinct (line -> 'order' ->> 'case_id')::uuid
from app_run_lines
where run_id = $1 and line ->> 'account_index' = any ($2)
order by 1
