select payment.program,
       payment.month,
       household.community,
       count(distinct payment.beneficiary) as people,
       sum(payment.amount_fen)::bigint as fen
  from read_payments as payment
  join read_cases as benefit_case using (case_id)
  join read_households as household using (household_id)
 where payment.run_id = $1
   and payment.status = 'settled'
 group by payment.program, payment.month, household.community
 order by payment.program, payment.month, household.community
