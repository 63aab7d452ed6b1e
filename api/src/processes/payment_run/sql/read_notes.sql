select note::text
from app_run_notes
where run_id = $1
order by note_number
