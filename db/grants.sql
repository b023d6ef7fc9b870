-- What the running role may do. The log is append-only for it: events are inserted and read, never changed or deleted.
-- Safe to repeat.
revoke all on schema public from public;
grant usage on schema public to shiplog, shiplog_owner;
grant usage on schema shiplog to shiplog;
revoke all on all tables in schema shiplog from shiplog;
grant select on all tables in schema shiplog to shiplog;
grant usage, select on all sequences in schema shiplog to shiplog;
grant execute on all functions in schema shiplog to shiplog;

grant insert on mt_events, reported_batch to shiplog;
grant insert, update on mt_streams to shiplog;

-- What is derived from the log may be thrown away and built again.
grant insert, update, delete on
  mt_event_progression, mt_event_projection_floors, mt_high_water_skips, mt_doc_deadletterevent, open_command, ip_lease, port_lease to shiplog;
do $$
declare derived text;
begin
  for derived in select tablename from pg_tables where schemaname = 'shiplog' and tablename like 'mt\_doc\_%' loop
    execute format('grant insert, update, delete, truncate on shiplog.%I to shiplog', derived);
  end loop;
end
$$;
