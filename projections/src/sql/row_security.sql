do $$
declare
    rule record;
begin
    for rule in
        select name, seen
          from (values
              ('read_households', 'scope_has(community)'),
              ('read_members', 'scope_has_household(household_id)'),
              ('read_cases', 'scope_has_household(household_id)'),
              ('read_payments', 'scope_has_case(case_id)'),
              ('read_beneficiary_months', 'scope_has_case(case_id)'),
              ('read_recovery_plans', 'scope_has_case(case_id)')
          ) as rules (name, seen)
          join pg_class as found on found.oid = to_regclass(name)
         where not found.relrowsecurity
    loop
        execute format('alter table %I enable row level security', rule.name);
        execute format('create policy work on %I to ledger_service using (true) with check (true)', rule.name);
        execute format('create policy scope on %I for select to ledger_reader using (scope_is_everywhere() or %s)',
                       rule.name, rule.seen);
        execute format('grant select on %I to ledger_reader', rule.name);
    end loop;
    -- rows come into the trail by copy, which row-level security forbids: its readers ask for their scope themselves
    if to_regclass('read_audit_trail') is not null
       and not has_table_privilege('ledger_reader', 'read_audit_trail', 'select') then
        grant select on read_audit_trail to ledger_reader;
    end if;
end $$
