select (line -> 'order' ->> 'payment_id')::uuid, line ->> 'account_index'
from app_run_lines
where run_id = $1
