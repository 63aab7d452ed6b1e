select to_json(donation)
  from read_donations as donation
 where donation_id = any ($1)
