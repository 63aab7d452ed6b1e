select to_json(month) from read_beneficiary_months as month where first_payment_id = any ($1)
