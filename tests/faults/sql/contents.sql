-- Ciphertext differs from seal to seal, so it is left out. A calculation may be done again after a kill, and names the
-- position that it looked at.
select concat_ws(
           '|', event_type, aggregate_id, metadata ->> 'effective_on', metadata ->> 'actor_id',
           case when aggregate_type in ('Payment', 'Fund') then
               payload::jsonb #- '{PaymentOrdered,order,account}' #- '{PaymentOrdered,order,determination}'
           end
       ),
       count(*)
  from log_events
 where event_type <> 'PaymentRunCalculated'
 group by 1
