insert into read_payments
select * from json_populate_recordset(null::read_payments, $1::json)
on conflict (payment_id) do update
   set status = excluded.status,
       settled_on = excluded.settled_on,
       bank_reference = excluded.bank_reference,
       returned_on = excluded.returned_on,
       returned_reason = excluded.returned_reason,
       reissued_as = excluded.reissued_as,
       cancelled_on = excluded.cancelled_on,
       cancelled_reason = excluded.cancelled_reason,
       recovery_opened_fen = excluded.recovery_opened_fen,
       recovery_received_fen = excluded.recovery_received_fen,
       recovery_waived_fen = excluded.recovery_waived_fen,
       withheld_fen = excluded.withheld_fen,
       repays = excluded.repays,
       recovery_reason = excluded.recovery_reason
