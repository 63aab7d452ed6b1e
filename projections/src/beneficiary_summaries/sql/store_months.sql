insert into read_beneficiary_months
select * from json_populate_recordset(null::read_beneficiary_months, $1::json)
on conflict (first_payment_id) do update
   set due_fen = excluded.due_fen,
       ordered_fen = excluded.ordered_fen,
       settled_fen = excluded.settled_fen,
       returned_fen = excluded.returned_fen,
       arrears_fen = excluded.arrears_fen,
       recovery_opened_fen = excluded.recovery_opened_fen,
       recovery_received_fen = excluded.recovery_received_fen,
       recovery_waived_fen = excluded.recovery_waived_fen,
       withheld_fen = excluded.withheld_fen,
       ordered_count = excluded.ordered_count,
       settled_count = excluded.settled_count,
       returned_count = excluded.returned_count,
       arrears_count = excluded.arrears_count
