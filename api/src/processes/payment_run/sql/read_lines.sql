select line, line_number
from app_run_lines
where run_id = $1 and line_number >= $2 and line_number < $3
