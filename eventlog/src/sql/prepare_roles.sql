do $$
begin
    if not exists (select from pg_roles where rolname = 'ledger_service') then
        begin
            create role ledger_service nologin;
        exception when duplicate_object or unique_violation then
            null; -- another ledger made it in this moment
        end;
    end if;
    if not pg_has_role(current_user, 'ledger_service', 'member') then
        execute format('grant ledger_service to %I', current_user);
    end if;
end $$
