select case_id, payment_id, run_id, month, attempt, kind, amount_fen, due_fen, status, recovery_opened_fen,
       recovery_received_fen, recovery_waived_fen, withheld_fen,
       case when status in ('returned', 'cancelled') then account_sealed end, returned_reason
  from read_payments
 where case_id = any ($1)
 order by case_id, month, attempt
