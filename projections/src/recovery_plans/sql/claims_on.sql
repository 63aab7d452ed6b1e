select json_build_object(
           'plan_id', plan.plan_id, 'from_case', plan.from_case, 'share', plan.withholding_share,
           'per_month', (plan.way #>> '{withholding,per_month}')::bigint,
           'items', (
               select coalesce(json_agg(json_build_object(
                          'payment_id', payment.payment_id, 'fund_id', run.fund_id,
                          'open', greatest(0, least(item.amount, payment.recovery_opened_fen
                                      - payment.recovery_received_fen - payment.recovery_waived_fen
                                      - coalesce(pending.fen, 0))))
                          order by payment.month, payment.payment_id), '[]'::json)
                 from json_to_recordset(plan.items) as item (payment_id uuid, amount bigint)
                 join read_payments as payment using (payment_id)
                 join read_payment_runs as run using (run_id)
                 left join lateral (
                     select sum((part ->> 'amount')::bigint) as fen
                       from read_payments as other, json_array_elements(other.repays) as part
                      where other.status = 'ordered' and other.withheld_fen > 0
                        and (part ->> 'payment_id')::uuid = payment.payment_id
                 ) as pending on true))
  from read_recovery_plans as plan
 where plan.stage = 'approved' and plan.from_case = any ($1)
 order by plan.from_case, plan.proposed_position
