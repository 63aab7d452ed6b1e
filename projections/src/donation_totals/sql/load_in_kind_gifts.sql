select to_json(gift) from read_in_kind_gifts as gift where donation_id = any ($1)
