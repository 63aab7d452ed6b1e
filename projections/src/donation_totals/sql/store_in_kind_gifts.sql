insert into read_in_kind_gifts
select * from json_populate_recordset(null::read_in_kind_gifts, $1::json)
on conflict (donation_id) do update
   set publicity = excluded.publicity,
       receipt_number = excluded.receipt_number,
       receipt_on = excluded.receipt_on
