-- What the desk did with dead letters, by the id of the letter's event: the same poison found again is the same letter.
create table letters (
    letter  text primary key,
    how     text not null,
    by_user text,
    by_role text not null,
    at      integer not null,
    reason  text
) strict;
