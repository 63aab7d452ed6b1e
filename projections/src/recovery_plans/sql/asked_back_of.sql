select payment_id, program from read_payments where beneficiary = $1 and recovery_opened_fen > 0
