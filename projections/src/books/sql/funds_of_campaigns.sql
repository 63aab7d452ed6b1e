select campaign_id, fund_id from read_campaigns where campaign_id = any ($1)
