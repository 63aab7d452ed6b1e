insert into read_recovery_plans
select * from json_populate_recordset(null::read_recovery_plans, $1::json)
on conflict (plan_id) do update
   set stage = excluded.stage,
       approved_by = excluded.approved_by,
       approved_on = excluded.approved_on,
       closed_on = excluded.closed_on,
       closed_reason = excluded.closed_reason
