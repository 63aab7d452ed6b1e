select note::text
from app_run_notes
where run_id = $1
  and ($2 or not exists (select from app_run_forecasts as ahead where ahead.run_id = $1))
order by note_number
