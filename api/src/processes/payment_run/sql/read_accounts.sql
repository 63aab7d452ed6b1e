select (line::json -> 'order' ->> 'payment_id')::uuid, line::json ->> 'account_index'
from app_run_lines
where run_id = $1
