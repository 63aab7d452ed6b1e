select line::text
from app_run_lines
where run_id = $1 and (line -> 'order' ->> 'case_id')::uuid = any ($2)
order by line_number
