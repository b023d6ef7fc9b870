-- The cache of builds is the log: what a step came to is found by what it depended on, and what else was done on the same image.
create index mt_events_build_key on mt_events ((data ->> 'cacheKey')) where type = 'build_step_completed';
create index mt_events_build_parent on mt_events ((data ->> 'parentImageId')) where type = 'build_step_completed';
