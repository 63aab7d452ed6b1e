select to_json(donation)
  from read_donations as donation
 where campaign_id = $1 and receipt_number = $2
