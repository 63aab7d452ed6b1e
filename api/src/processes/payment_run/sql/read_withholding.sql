select (line::json -> 'order' ->> 'payment_id')::uuid
from app_run_lines
where run_id = $1 and line::json -> 'order' -> 'withheld' is not null
