select to_json(payment) from read_payments as payment where payment_id = any ($1) order by payment_id
