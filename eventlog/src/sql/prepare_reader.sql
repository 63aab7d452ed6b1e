do $$
begin
    if not exists (select from pg_roles where rolname = 'ledger_reader') then
        begin
            create role ledger_reader nologin;
        exception when duplicate_object or unique_violation then
            null; -- another ledger made it in this moment
        end;
    end if;
    if not pg_has_role('ledger_service', 'ledger_reader', 'member') then
        grant ledger_reader to ledger_service;
    end if;
end $$
