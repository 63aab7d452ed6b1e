select to_json(first)
  from read_audit_trail as first
 where sequence = 1 and stream_id = any ($1::uuid[]::text[]) and stream_kind in ('BenefitCase', 'Payment')
