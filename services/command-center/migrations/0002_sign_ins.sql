-- Sign-ins that can be renewed, one row each. A refresh token is used once; the one before it is taken once more as
-- long as its successor was never seen, for the answer that brought the successor may have been lost on the way.
create table sign_ins (
    session   text primary key,
    user      text not null,
    epoch     integer not null,
    signed_in integer not null,
    -- SHA-256 of the token to come next, and of the one before it
    current   blob not null,
    previous  blob,
    -- unused for so long, it is over (milliseconds)
    idle_ends integer not null
) strict;
create index sign_ins_by_end on sign_ins (idle_ends);
