create database ledger owner ledger_owner
