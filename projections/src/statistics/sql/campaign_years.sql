select json_build_object(
           'campaign_id', campaign_id, 'name', min(name), 'donations', count(*), 'donors', count(distinct donor),
           'received', sum(amount_fen)::bigint, 'refunded', sum(donation.refunded_fen)::bigint)
  from read_donations as donation
  join read_campaigns using (campaign_id)
 where received_on between $1 and $2
 group by campaign_id
 order by min(opened_position)
