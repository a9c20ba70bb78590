// The database's shape, as a list of numbered changes. A change that has been released is never edited.
//
// run       one row a run; small, changed by claim, park, finish, send and control, not by every step
// strand    where each open strand stands and the value it carries; the trunk has the id '';
//           `indices` are rounds and elements around it, as `3.0`
// input     a run's input, written once
// signal    what was sent and not yet taken; `key` names repeated sends, also of signals that are gone
// history   what happened, one row a checkpoint; never read to go on
// lease     who owns the database, one row a partition
export const migrations: ReadonlyArray<string> = [
  `
  create table definition (
    key integer primary key,
    hash text not null unique,
    workflow text not null,
    json text not null
  );
  create table run (
    key integer primary key,
    id text not null unique,
    generation integer not null,
    workflow text not null,
    definition integer not null references definition (key),
    status text not null,
    epoch integer not null,
    run_at integer,
    sent integer not null,
    seen integer not null,
    started_at integer not null,
    updated_at integer not null,
    tags text,
    request text,
    waits text,
    result text
  );
  create index run_due on run (run_at) where run_at is not null;
  create index run_driven on run (key) where status = 'running';
  create index run_blocked on run (key) where status = 'blocked';
  create table input (
    run integer primary key,
    value text not null
  );
  create table strand (
    run integer not null,
    id text not null,
    node text,
    since integer not null,
    failures integer not null,
    wake_at integer,
    indices text,
    value text,
    primary key (run, id)
  ) without rowid;
  create table signal (
    seq integer primary key autoincrement,
    run text not null,
    name text not null,
    payload text not null
  );
  create index signal_run on signal (run, seq);
  create table signal_key (
    run text not null,
    key text not null,
    primary key (run, key)
  ) without rowid;
  create table history (
    seq integer primary key,
    run integer not null,
    step integer not null,
    events text not null
  );
  create unique index history_run on history (run, step);
  create table lease (
    partition integer primary key,
    epoch integer not null,
    owner text not null,
    host text not null,
    pid integer not null,
    taken_at integer not null,
    expires_at integer not null
  );
  `
]
