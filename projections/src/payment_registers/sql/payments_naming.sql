select payment_id
  from read_cases
  join read_payments using (case_id)
 where applicant = $1
union
select payment_id from read_payments where payee = $1 and payee <> beneficiary
