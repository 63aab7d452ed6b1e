select distinct case_id
from app_run_lines
where run_id = $1 and line::json ->> 'account_index' = any ($2)
order by 1
