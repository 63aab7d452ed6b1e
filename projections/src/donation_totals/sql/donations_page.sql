select to_json(donation)
  from read_donations as donation
 where campaign_id = $1 and received_position >= $2
 order by received_position
 limit $3
