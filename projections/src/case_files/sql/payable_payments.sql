-- what a line says is looked up for the few payments that it can concern, and for no other
select case_id, payment_id, run_id, month, attempt, kind, amount_fen, due_fen, status, recovery_opened_fen,
       recovery_received_fen, recovery_waived_fen, withheld_fen,
       case
           when status in ('returned', 'cancelled') then account_sealed
           when status = 'settled' and recovery_opened_fen > 0 and exists (
               select
                 from read_bank_lines as line
                where line.payment_id = payment.payment_id and line.resolution -> 'recovered' is not null
           ) then account_sealed
       end,
       case
           when status = 'settled' and recovery_opened_fen > 0 then (
               select bank_code
                 from read_bank_lines as line
                where line.payment_id = payment.payment_id and line.resolution -> 'recovered' is not null
                order by position desc
                limit 1
           )
           else returned_reason
       end,
       status in ('returned', 'cancelled', 'reissued') and exists (
           select
             from read_bank_lines as line
            where line.payment_id = payment.payment_id
              and line.reason = 'settled_after_return'
              and line.resolved_on is null
       )
  from read_payments as payment
 where case_id = any ($1)
 order by case_id, month, attempt
