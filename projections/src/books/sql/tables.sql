create table read_book_accounts (
    account text collate "C" primary key,
    debit_fen bigint not null,
    credit_fen bigint not null,
    posting_count bigint not null
) with (fillfactor = 50);

comment on table read_book_accounts is 'The books (账簿) by account. Debits equal credits over all accounts.';
comment on column read_book_accounts.account is 'The account''s code.';
comment on column read_book_accounts.debit_fen is 'Everything debited, in fen.';
comment on column read_book_accounts.credit_fen is 'Everything credited, in fen.';
comment on column read_book_accounts.posting_count is 'How many postings.';
