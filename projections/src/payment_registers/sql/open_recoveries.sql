select to_json(payment)
  from read_payments as payment
 where recovery_opened_fen > recovery_received_fen + recovery_waived_fen
 order by ordered_position
