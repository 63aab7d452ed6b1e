select to_json(gift)
  from read_in_kind_gifts as gift
 where campaign_id = $1
 order by received_position
