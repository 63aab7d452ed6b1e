select set_config('ledger.scope', $1, true), set_config('ledger.communities', $2, true),
       set_config('plan_cache_mode', 'force_custom_plan', true), set_config('role', $3, true)
