insert into read_members
select * from json_populate_recordset(null::read_members, $1::json)
on conflict (person_id, household_id) do update
   set presence = excluded.presence,
       name_sealed = excluded.name_sealed,
       account_index = excluded.account_index,
       account_holder = excluded.account_holder
