grant connect, temporary on database ledger to ledger_service
