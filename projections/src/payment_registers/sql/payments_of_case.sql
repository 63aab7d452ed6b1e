select to_json(payment) from read_payments as payment where case_id = $1 order by month, attempt
