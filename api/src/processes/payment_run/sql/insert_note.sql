insert into app_run_notes (run_id, note_number, note) values ($1, $2, $3::text::json)
