insert into read_donations
select * from json_populate_recordset(null::read_donations, $1::json)
on conflict (donation_id) do update
   set publicity = excluded.publicity,
       refunded_fen = excluded.refunded_fen,
       receipt_number = excluded.receipt_number,
       receipt_on = excluded.receipt_on
