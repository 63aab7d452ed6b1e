copy read_audit_trail (position, recorded_at, stream_kind, stream_id, sequence, event_type, actor_id, actor_role,
                       office_day, effective_on, correlation_id, household_id, person_id, case_id, run_id)
from stdin
