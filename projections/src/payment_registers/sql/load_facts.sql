select row_to_json(facts)
  from (select payment_id, run_id, case_id, beneficiary, program, month, kind, amount_fen as amount, due_fen as due,
               execution_on
          from read_payments
         where payment_id = any ($1)) as facts
