delete from app_provider_refusals where refused_on < $1 - $2
