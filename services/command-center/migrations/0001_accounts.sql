-- Who may sign in, and what became of it. Kept by the edge alone; elders' and caregivers' data live elsewhere.
create table users (
    user          text primary key,
    role          text not null,
    street        text,
    community     text,
    caregiver     text,
    elder         text,
    display_name  text not null,
    -- argon2id in PHC form; none until the first one-time code is used
    password_hash text,
    -- SHA-256 of the one-time code, and until when it holds (milliseconds)
    code_hash     blob,
    code_expires  integer,
    -- raised whenever every token given out before shall end
    epoch         integer not null default 0,
    disabled      integer not null default 0,
    created_at    integer not null,
    created_by    text
) strict;

-- Failed sign-ins by name, whether or not there is such a user.
create table failures (
    user         text primary key,
    failures     integer not null,
    last_at      integer not null,
    locked_until integer not null
) strict;

-- Sign-ins that were ended before their time.
create table ended_sessions (
    session text primary key,
    until   integer not null
) strict;

-- Tokens of tracker apps, one per caregiver.
create table trackers (
    caregiver  text primary key,
    token_hash blob not null unique,
    issued_at  integer not null
) strict;

create table audit (
    id      integer primary key autoincrement,
    at      integer not null,
    user    text,
    role    text,
    action  text not null,
    subject text,
    detail  text not null
) strict;

-- Entries are only ever added.
create trigger audit_is_not_changed before update on audit
begin select raise(abort, 'audit entries are never changed'); end;
create trigger audit_is_not_removed before delete on audit
begin select raise(abort, 'audit entries are never removed'); end;
