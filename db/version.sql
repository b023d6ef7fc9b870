-- The version of the schema that schema.sql and tables.sql make.
insert into schema_version (version) values (2);
