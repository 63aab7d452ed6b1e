insert into read_cases
select * from json_populate_recordset(null::read_cases, $1::json)
on conflict (case_id) do update
   set stage = excluded.stage,
       enrolled = excluded.enrolled,
       applied_on = excluded.applied_on,
       decided_on = excluded.decided_on,
       closed_on = excluded.closed_on,
       review_due_on = excluded.review_due_on,
       sequence = excluded.sequence,
       state = excluded.state
