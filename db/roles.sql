-- Two roles: one owns the schema and changes it, the other runs the server and can do neither. Safe to repeat.
do $$
begin
  if not exists (select from pg_roles where rolname = 'shiplog_owner') then
    create role shiplog_owner login;
  end if;
  if not exists (select from pg_roles where rolname = 'shiplog') then
    create role shiplog login;
  end if;
end
$$;
