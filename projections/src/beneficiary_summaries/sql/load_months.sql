select to_json(months) from read_beneficiary_months as months where first_payment_id = any ($1)
