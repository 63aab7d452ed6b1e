select to_json(campaign) from read_campaigns as campaign where campaign_id = any ($1)
