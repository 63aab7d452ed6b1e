select json_build_object(
           'payment_id', payment.payment_id, 'run_id', payment.run_id, 'fund_id', run.fund_id,
           'case_id', payment.case_id, 'beneficiary', payment.beneficiary, 'program', payment.program,
           'month', payment.month, 'opened', payment.recovery_opened_fen,
           'received', payment.recovery_received_fen, 'waived', payment.recovery_waived_fen)
  from read_payments as payment
  join read_payment_runs as run using (run_id)
 where payment.recovery_reason is not null
   and (cardinality($1) = 0 or payment.case_id = any ($1))
 order by payment.beneficiary, payment.month, payment.payment_id
