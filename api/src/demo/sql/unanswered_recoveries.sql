select payment_id, program, recovery_opened_fen
  from read_payments
 where recovery_opened_fen > 0 and recovery_received_fen = 0
 order by payment_id
