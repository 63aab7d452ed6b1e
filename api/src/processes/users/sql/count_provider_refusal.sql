insert into app_provider_refusals as counted (issuer, refusal, account, refused_on, refused)
values ($1, $2, $3, $4, 1)
on conflict (issuer, refusal, account, refused_on) do update set refused = counted.refused + 1
returning refused
