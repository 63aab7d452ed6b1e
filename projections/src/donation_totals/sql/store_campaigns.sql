insert into read_campaigns
select * from json_populate_recordset(null::read_campaigns, $1::json)
on conflict (campaign_id) do update
   set stage = excluded.stage,
       closed_on = excluded.closed_on,
       published_on = excluded.published_on,
       published_fen = excluded.published_fen,
       received_fen = excluded.received_fen,
       refunded_fen = excluded.refunded_fen,
       donation_count = excluded.donation_count,
       refund_count = excluded.refund_count,
       receipt_count = excluded.receipt_count,
       in_kind_count = excluded.in_kind_count,
       in_kind_value_fen = excluded.in_kind_value_fen,
       remitted_fen = excluded.remitted_fen,
       progress_on = excluded.progress_on
