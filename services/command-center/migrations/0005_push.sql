-- Where a caregiver's browser gets push messages: the phone they signed in with last.
create table push (
    caregiver text primary key,
    user      text not null references users (user) on delete cascade,
    endpoint  text not null,
    p256dh    text not null,
    auth      text not null,
    since     integer not null
) strict;
