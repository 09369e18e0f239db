-- The registry of one office. Version 4: version 3 with the date that is printed.
PRAGMA application_id = 0x504b5247; -- "PKRG"
PRAGMA user_version = 4;

-- Which document of which official has which id: given once, before anything is rendered.
CREATE TABLE reservations (
  year     INTEGER NOT NULL,
  kind     TEXT    NOT NULL,
  stage    INTEGER NOT NULL,
  official TEXT    NOT NULL,
  id       TEXT    NOT NULL UNIQUE,
  salt     BLOB    NOT NULL,
  day      INTEGER NOT NULL,
  PRIMARY KEY (year, kind, stage, official)
) STRICT;

CREATE TABLE documents (
  number     INTEGER PRIMARY KEY,  -- order of issue
  id         TEXT    NOT NULL UNIQUE,
  year       INTEGER NOT NULL,
  kind       TEXT    NOT NULL,
  stage      INTEGER NOT NULL,
  official   TEXT    NOT NULL,
  salt       BLOB    NOT NULL,
  day        INTEGER NOT NULL,
  unit       TEXT    NOT NULL,
  position   TEXT    NOT NULL,
  name       TEXT    NOT NULL,
  digest     BLOB    NOT NULL,
  indicators INTEGER NOT NULL,
  budget     INTEGER NOT NULL,
  revision   INTEGER NOT NULL,
  status     TEXT    NOT NULL,
  remark     TEXT,                 -- why it was revoked or superseded, as shown in public
  successor  TEXT,                 -- id of the document that replaced it
  visibility TEXT,                 -- what its public page shows; NULL: what pk.toml says
  first_objective TEXT,            -- of an agreement
  last_objective  TEXT,
  date       TEXT                  -- as printed; NULL where an earlier version issued it
) STRICT;

CREATE INDEX documents_by_slot ON documents (official, year, kind, stage);

CREATE TABLE signers (
  id       TEXT    NOT NULL REFERENCES documents (id),
  place    INTEGER NOT NULL,       -- order of signing
  field    TEXT    NOT NULL,
  official TEXT    NOT NULL,
  name     TEXT    NOT NULL,
  position TEXT    NOT NULL,       -- as printed
  signed   INTEGER,
  PRIMARY KEY (id, place)
) STRICT;

CREATE TABLE files (
  id       TEXT    NOT NULL REFERENCES documents (id),
  revision INTEGER NOT NULL,
  sha256   BLOB    NOT NULL,
  PRIMARY KEY (id, revision)
) STRICT;

-- Append-only; each event carries the hash of the one before.
CREATE TABLE events (
  number INTEGER PRIMARY KEY,
  id     TEXT    NOT NULL,
  what   TEXT    NOT NULL,
  at     INTEGER NOT NULL,
  detail TEXT    NOT NULL,
  hash   BLOB    NOT NULL
) STRICT;

CREATE INDEX events_by_document ON events (id);

CREATE TRIGGER events_stay BEFORE UPDATE ON events BEGIN SELECT RAISE(ABORT, 'events are append-only'); END;
CREATE TRIGGER events_keep BEFORE DELETE ON events BEGIN SELECT RAISE(ABORT, 'events are append-only'); END;
CREATE TRIGGER files_stay  BEFORE UPDATE ON files  BEGIN SELECT RAISE(ABORT, 'revisions are write-once'); END;
CREATE TRIGGER files_keep  BEFORE DELETE ON files  BEGIN SELECT RAISE(ABORT, 'revisions are write-once'); END;
