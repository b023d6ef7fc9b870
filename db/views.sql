-- For people with psql. Nothing in Shiplog reads these; safe to repeat.
drop view if exists events, containers, container_events, images, ip_leases, port_leases, commands;

-- The whole log, readable. Tombstones stand for the numbers of rolled-back transactions.
create view events as
select seq_id as sequence, stream_id as stream, version, type,
       (data ->> 'at')::timestamptz as at, timestamp as recorded_at, user_name as actor, headers ->> 'cause' as cause,
       correlation_id as correlation, causation_id as causation, headers ->> 'host' as host, data
from mt_events
where type <> 'tombstone';

-- Every container that ever was: docker ps -a, and the removed ones.
create view containers as
select data -> 'state' ->> 'id' as id, data ->> 'name' as name, data -> 'state' ->> 'status' as status,
       data -> 'state' ->> 'imageReference' as image, data -> 'state' ->> 'imageId' as image_id,
       (data -> 'state' ->> 'exitCode')::integer as exit_code, data -> 'state' -> 'endpoint' ->> 'address' as address,
       (data -> 'state' ->> 'createdAt')::timestamptz as created_at, (data -> 'state' ->> 'startedAt')::timestamptz as started_at,
       (data -> 'state' ->> 'finishedAt')::timestamptz as finished_at, (data -> 'state' ->> 'removedAt')::timestamptz as removed_at
from mt_doc_container;

-- The life of each container: where name = 'cce' order by sequence.
create view container_events as
select c.name, e.* from events e join containers c on e.stream = 'container/' || c.id;

create view images as
select data -> 'state' ->> 'id' as id, data -> 'state' ->> 'origin' as origin, (data -> 'state' ->> 'present')::boolean as present,
       array(select substr(r.id, 11) from mt_doc_reference r where r.data -> 'state' ->> 'imageId' = i.data -> 'state' ->> 'id') as names,
       data -> 'state' ->> 'fromContainerId' as from_container, data -> 'state' ->> 'author' as author,
       (data -> 'state' ->> 'recordedAt')::timestamptz as recorded_at
from mt_doc_image i;

-- Who had 172.17.0.3 last Tuesday: where address = '172.17.0.3' and held @> timestamptz '2026-03-03 14:03'.
create view ip_leases as
select l.address, c.name as container, l.container_id, l.during as held, l.released_reason, l.mac_address, l.network_id, l.command_id
from ip_lease l left join containers c on c.id = l.container_id;

-- Who had port 8080 last Tuesday: where port = 8080 and held @> timestamptz '2026-03-03 14:03'.
create view port_leases as
select l.host, host(l.address) as address, l.port, l.protocol, c.name as container, l.container_id, l.container_port, l.during as held, l.released_reason, l.command_id
from port_lease l left join containers c on c.id = l.container_id;

-- Every accepted command and how it ended; without an outcome it is open.
create view commands as
select i.data ->> 'commandId' as command_id, i.type as intent, i.stream_id as stream, i.user_name as actor, i.headers ->> 'cause' as cause,
       i.timestamp as accepted_at, o.type as outcome, o.timestamp as ended_at, o.data ->> 'error' as error
from mt_events i
left join lateral (
  select * from mt_events o
  where o.data ->> 'commandId' = i.data ->> 'commandId' and o.seq_id > i.seq_id and o.causation_id = i.causation_id
    and o.type = any (case i.type
      when 'container_start_requested' then array['container_started', 'container_command_failed']
      when 'container_stop_requested' then array['container_stopped', 'container_command_failed']
      when 'container_kill_requested' then array['container_signalled', 'container_command_failed']
      when 'container_pause_requested' then array['container_paused', 'container_command_failed']
      when 'container_unpause_requested' then array['container_unpaused', 'container_command_failed']
      when 'container_commit_requested' then array['container_committed', 'container_command_failed']
      when 'container_update_requested' then array['container_updated', 'container_command_failed']
      when 'container_remove_requested' then array['container_removed', 'container_command_failed']
      when 'image_pull_requested' then array['image_pulled', 'image_pull_failed']
      when 'image_load_requested' then array['image_load_completed', 'image_load_failed']
      when 'image_remove_requested' then array['image_removed', 'image_remove_failed']
    end)
  order by o.seq_id limit 1
) o on true
where i.type like '%\_requested';
