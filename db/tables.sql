-- Tables of our own, beside those that Marten derives (schema.sql). The first three are filled by inline
-- projections, in the transaction that appends: they can be rebuilt from the log.

-- The accepted commands that have no outcome yet.
create table open_command (
  command_id  text primary key,
  kind        text not null,
  stream      text not null,
  event_id    uuid not null,
  actor       text not null,
  cause       text not null,
  correlation text not null,
  host        text not null,
  at          timestamptz not null
);

-- Who holds, and held, which address. No two containers can hold one address of a network at the same time.
create table ip_lease (
  network_id      text not null,
  address         inet not null,
  container_id    text not null,
  command_id      text not null,
  mac_address     text not null,
  during          tstzrange not null check (not isempty(during)),
  released_reason text,
  constraint ip_lease_once exclude using gist (network_id with =, address inet_ops with =, during with &&)
);
create index ip_lease_until on ip_lease (network_id, coalesce(upper(during), 'infinity'));
create index ip_lease_open on ip_lease (container_id) where upper_inf(during);
create index ip_lease_command on ip_lease (command_id);

-- Who holds, and held, which port of a host, as for addresses. 0.0.0.0/0 stands for all of a host's addresses and overlaps each of them.
create table port_lease (
  host            text not null,
  address         inet not null,
  port            integer not null,
  protocol        text not null,
  container_id    text not null,
  container_port  integer not null,
  command_id      text not null,
  during          tstzrange not null check (not isempty(during)),
  released_reason text,
  constraint port_lease_once exclude using gist (host with =, port with =, protocol with =, address inet_ops with &&, during with &&)
);
create index port_lease_until on port_lease (host, coalesce(upper(during), 'infinity'));
create index port_lease_open on port_lease (container_id) where upper_inf(during);
create index port_lease_command on port_lease (command_id);

-- The workers' batches that the log holds. A batch that comes again is acknowledged and adds nothing.
create table reported_batch (
  host        text not null,
  epoch       text not null,
  number      bigint not null,
  command_id  text not null,
  events      integer not null,
  recorded_at timestamptz not null,
  primary key (host, epoch, number)
);

-- "What happened since…" without reading the whole log.
create index mt_events_timestamp on mt_events (timestamp);

-- All that one command brought about.
create index mt_events_causation on mt_events (causation_id);

-- The cache of builds is the log: what a step came to is found by what it depended on, and what else was done on the same image.
create index mt_events_build_key on mt_events ((data ->> 'cacheKey')) where type = 'build_step_completed';
create index mt_events_build_parent on mt_events ((data ->> 'parentImageId')) where type = 'build_step_completed';

-- Which changes of the schema this database has had.
create table schema_version (
  version    integer primary key,
  applied_at timestamptz not null default now()
);
