revoke all on database ledger from public
