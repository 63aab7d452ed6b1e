select json_build_object(
           'campaign', campaign,
           'donors', (select count(distinct donor) from read_donations as gift
                       where gift.campaign_id = campaign.campaign_id),
           'by_method', coalesce((
               select json_agg(part order by part.method)
                 from (select method, count(*) as count, sum(amount_fen)::bigint as received,
                              sum(refunded_fen)::bigint as refunded
                         from read_donations as gift
                        where gift.campaign_id = campaign.campaign_id
                        group by method) as part), '[]'),
           'by_month', coalesce((
               select json_agg(part order by part.month)
                 from (select month, count(*) as count, sum(amount_fen)::bigint as received,
                              sum(refunded_fen)::bigint as refunded
                         from read_donations as gift
                        where gift.campaign_id = campaign.campaign_id
                        group by month) as part), '[]'))
  from read_campaigns as campaign
 order by opened_position
