select count(*) from read_payments
