-- The page is joined to the sums from the right, so that an empty page still says how many lines fit.
with found as (
    select line.line_number, (line.paid ->> 'amount')::bigint as amount
      from (select line_number, line::json -> 'order' as paid from app_run_lines where run_id = $1 offset 0) as line
      left join read_payments as payment on payment.payment_id = (line.paid ->> 'payment_id')::uuid
     where ($2::text is null or line.paid ->> 'program' = $2)
       and ($3::text is null or line.paid ->> 'kind' = $3)
       and ($4::text is null or coalesce(payment.status, 'unordered') = $4)
), page as (
    select line_number, row_number() over (
               order by case $5 when 'largest' then -amount when 'smallest' then amount else 0 end, line_number
           ) as place
      from found
     order by place
     limit $7 offset $6
), totals as (
    select count(*) as count, coalesce(sum(amount), 0)::bigint as sum from found
)
select line.line, page.line_number, totals.count, totals.sum
  from totals
  left join page on true
  left join app_run_lines as line on line.run_id = $1 and line.line_number = page.line_number
 order by page.place
