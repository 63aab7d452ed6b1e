select case_id, payment_id from read_payments where case_id = any ($1)
