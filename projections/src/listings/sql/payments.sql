select json_build_object('payment_id', paid.payment_id, 'run_id', paid.run_id, 'case_id', paid.case_id,
                         'beneficiary', paid.beneficiary, 'program', paid.program, 'month', paid.month,
                         'attempt', paid.attempt, 'kind', paid.kind, 'status', paid.status,
                         'amount_fen', paid.amount_fen, 'due_fen', paid.due_fen, 'withheld_fen', paid.withheld_fen,
                         'settled_on', paid.settled_on, 'returned_on', paid.returned_on,
                         'returned_reason', paid.returned_reason,
                         'recovery_opened_fen', paid.recovery_opened_fen,
                         'recovery_received_fen', paid.recovery_received_fen,
                         'recovery_waived_fen', paid.recovery_waived_fen)
  from read_payments as paid
 where paid.run_id = $1
   and (paid.program, paid.case_id, paid.month, paid.attempt) > ($2, $3, $4, $5)
   and ($6::text is null or paid.status = $6)
 order by paid.program, paid.case_id, paid.month, paid.attempt
 limit $7
