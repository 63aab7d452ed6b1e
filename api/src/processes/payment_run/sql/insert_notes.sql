insert into app_run_notes (run_id, note_number, note)
select $1, note.place - 1, note.text::json
  from unnest($2::text[]) with ordinality as note (text, place)
