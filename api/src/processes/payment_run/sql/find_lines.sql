-- The page is joined to the sums from the right, so that an empty page still says how many lines fit.
with numbered as (
    select row_number() over (order by program, case_id, month) - 1 as line_number, program, case_id, month,
           split_part(line, '|', 2)::uuid as payment_id, split_part(line, '|', 8) as kind,
           split_part(line, '|', 9)::bigint as amount
      from app_run_lines
     where run_id = $1
       and not exists (select from app_run_forecasts as ahead where ahead.run_id = $1)
), found as (
    select line.line_number, line.program, line.case_id, line.month, line.amount
      from numbered as line
      left join read_payments as payment using (payment_id)
     where ($2::text is null or line.program = $2)
       and ($3::text is null or line.kind = $3)
       and ($4::text is null or coalesce(payment.status, 'unordered') = $4)
), page as (
    select *, row_number() over (
               order by case $5 when 'largest' then -amount when 'smallest' then amount else 0 end, line_number
           ) as place
      from found
     order by place
     limit $7 offset $6
), totals as (
    select count(*) as count, coalesce(sum(amount), 0)::bigint as sum from found
)
select line.line, line.account, line.determination, line.rule_version, line.replaces, page.line_number, totals.count,
       totals.sum
  from totals
  left join page on true
  left join app_run_lines as line
    on line.run_id = $1 and (line.program, line.case_id, line.month) = (page.program, page.case_id, page.month)
 order by page.place
