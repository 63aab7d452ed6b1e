create table read_campaigns (
    campaign_id uuid primary key,
    name text not null,
    organiser text not null,
    filing_number text,
    purpose text not null,
    fund_id uuid not null,
    opens_on date not null,
    closes_on date not null,
    stage text collate "C" not null,
    closed_on date,
    published_on date,
    published_fen bigint,
    received_fen bigint not null,
    refunded_fen bigint not null,
    donation_count bigint not null,
    refund_count bigint not null,
    receipt_count bigint not null,
    in_kind_count bigint not null,
    in_kind_value_fen bigint not null,
    remitted_fen bigint not null,
    progress_on date,
    opened_position bigint not null
) with (fillfactor = 50);

comment on table read_campaigns is 'Every donation campaign (募捐活动) with its gifts in sum. Its total is received less refunded.';
comment on column read_campaigns.campaign_id is 'The campaign.';
comment on column read_campaigns.name is 'Its name.';
comment on column read_campaigns.organiser is 'Who holds it.';
comment on column read_campaigns.filing_number is 'The number under which its plan was filed (备案编号); none where nobody stated it.';
comment on column read_campaigns.purpose is 'What for.';
comment on column read_campaigns.fund_id is 'The fund its gifts go to.';
comment on column read_campaigns.opens_on is 'Its first day.';
comment on column read_campaigns.closes_on is 'Its last day, as planned.';
comment on column read_campaigns.stage is 'open, closed or published.';
comment on column read_campaigns.closed_on is 'When it ended.';
comment on column read_campaigns.published_on is 'When its results were published.';
comment on column read_campaigns.published_fen is 'The total that was published, in fen.';
comment on column read_campaigns.received_fen is 'Received, in fen.';
comment on column read_campaigns.refunded_fen is 'Refunded of it, in fen.';
comment on column read_campaigns.donation_count is 'Gifts.';
comment on column read_campaigns.refund_count is 'Refunds.';
comment on column read_campaigns.receipt_count is 'Receipts issued.';
comment on column read_campaigns.in_kind_count is 'Gifts of goods.';
comment on column read_campaigns.in_kind_value_fen is 'Their fair value, in fen; apart from every sum of money.';
comment on column read_campaigns.remitted_fen is 'Remitted to other organisations, in fen.';
comment on column read_campaigns.progress_on is 'When its progress was last published.';
comment on column read_campaigns.opened_position is 'The log position of its opening.';

create table read_donations (
    donation_id uuid primary key,
    campaign_id uuid not null,
    donor uuid not null,
    donor_name_sealed text,
    publicity text collate "C" not null,
    method text collate "C" not null,
    amount_fen bigint not null,
    refunded_fen bigint not null,
    received_on date not null,
    month text collate "C" not null,
    receipt_number bigint,
    receipt_on date,
    channel text collate "C",
    transaction_number text collate "C",
    fee_fen bigint,
    received_position bigint not null
) with (fillfactor = 80);

create index read_donations_campaign on read_donations (campaign_id, received_position);
create index read_donations_received on read_donations (received_on);

comment on table read_donations is 'Every gift (捐赠). A donor''s name stays sealed.';
comment on column read_donations.donation_id is 'The gift.';
comment on column read_donations.campaign_id is 'Its campaign.';
comment on column read_donations.donor is 'Whose key seals the name.';
comment on column read_donations.donor_name_sealed is 'The donor''s name, sealed; none where nobody gave one.';
comment on column read_donations.publicity is 'named, masked or anonymous, as the donor last said.';
comment on column read_donations.method is 'cash, transfer or mobile_payment.';
comment on column read_donations.amount_fen is 'How much, in fen.';
comment on column read_donations.refunded_fen is 'How much of it went back, in fen.';
comment on column read_donations.received_on is 'The day.';
comment on column read_donations.month is 'The day''s month.';
comment on column read_donations.receipt_number is 'The number of the receipt that stands.';
comment on column read_donations.receipt_on is 'When the receipt was issued.';
comment on column read_donations.channel is 'wechat or alipay, where it was read from a statement.';
comment on column read_donations.transaction_number is 'The transaction''s number in that statement.';
comment on column read_donations.fee_fen is 'The fee that the platform kept, in fen.';
comment on column read_donations.received_position is 'The log position of the gift.';

create table read_in_kind_gifts (
    donation_id uuid primary key,
    campaign_id uuid not null,
    donor uuid not null,
    donor_name_sealed text,
    publicity text collate "C" not null,
    description text not null,
    quantity bigint not null,
    unit text not null,
    fair_value_fen bigint not null,
    valuation text collate "C" not null,
    received_on date not null,
    receipt_number bigint,
    receipt_on date,
    received_position bigint not null
) with (fillfactor = 80);

create index read_in_kind_gifts_campaign on read_in_kind_gifts (campaign_id, received_position);

comment on table read_in_kind_gifts is 'Every gift of goods (实物捐赠). A donor''s name stays sealed.';
comment on column read_in_kind_gifts.donation_id is 'The gift.';
comment on column read_in_kind_gifts.campaign_id is 'Its campaign.';
comment on column read_in_kind_gifts.donor is 'Whose key seals the name.';
comment on column read_in_kind_gifts.donor_name_sealed is 'The donor''s name, sealed; none where nobody gave one.';
comment on column read_in_kind_gifts.publicity is 'named, masked or anonymous, as the donor last said.';
comment on column read_in_kind_gifts.description is 'What it is.';
comment on column read_in_kind_gifts.quantity is 'How many.';
comment on column read_in_kind_gifts.unit is 'Of what unit.';
comment on column read_in_kind_gifts.fair_value_fen is 'What all of it is worth, in fen.';
comment on column read_in_kind_gifts.valuation is 'invoice, market_price or appraisal.';
comment on column read_in_kind_gifts.received_on is 'The day.';
comment on column read_in_kind_gifts.receipt_number is 'The number of the receipt that stands.';
comment on column read_in_kind_gifts.receipt_on is 'When the receipt was issued.';
comment on column read_in_kind_gifts.received_position is 'The log position of the gift.';
