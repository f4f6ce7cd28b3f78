-- Failed sign-ins by name and the address they came from, so that a stranger's failures shut out the stranger; '' counts
-- those of all addresses.
drop table failures;
create table failures (
    user         text not null,
    address      text not null,
    failures     integer not null,
    last_at      integer not null,
    locked_until integer not null,
    primary key (user, address)
) strict;
create index failures_by_time on failures (last_at);

-- A tracker's token holds as long as the account it was issued to.
alter table trackers add column user text;
update trackers set user = (select user from users where users.caregiver = trackers.caregiver limit 1);

-- Whose staff an organisation's account sees.
alter table users add column organisation text;
