insert into read_households
select * from json_populate_recordset(null::read_households, $1::json)
on conflict (household_id) do update
   set community = excluded.community,
       head = excluded.head,
       sequence = excluded.sequence,
       state = excluded.state
