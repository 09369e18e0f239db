-- A registry of version 1, for the test of the upgrade: src/registry/create.sql as it was, and three documents.
PRAGMA application_id = 0x504b5247; -- "PKRG"
PRAGMA user_version = 1;

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
  remark     TEXT
) STRICT;

CREATE INDEX documents_by_slot ON documents (official, year, kind, stage);

CREATE TABLE signers (
  id       TEXT    NOT NULL REFERENCES documents (id),
  place    INTEGER NOT NULL,       -- order of signing
  field    TEXT    NOT NULL,
  official TEXT    NOT NULL,
  name     TEXT    NOT NULL,
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

CREATE TRIGGER events_stay BEFORE UPDATE ON events BEGIN SELECT RAISE(ABORT, 'events are append-only'); END;
CREATE TRIGGER events_keep BEFORE DELETE ON events BEGIN SELECT RAISE(ABORT, 'events are append-only'); END;
CREATE TRIGGER files_stay  BEFORE UPDATE ON files  BEGIN SELECT RAISE(ABORT, 'revisions are write-once'); END;
CREATE TRIGGER files_keep  BEFORE DELETE ON files  BEGIN SELECT RAISE(ABORT, 'revisions are write-once'); END;

INSERT INTO reservations (year, kind, stage, official, id, salt, day) VALUES (2026, 'agreement', 0, 'a', 'AEAQCAIBAEAQCAIB', x'01010101010101010101010101010101', 20458);
INSERT INTO reservations (year, kind, stage, official, id, salt, day) VALUES (2026, 'pledge', 0, 'a', 'AMBQGAYDAMBQGAYD', x'03030303030303030303030303030303', 20458);
INSERT INTO documents (id, year, kind, stage, official, salt, day, unit, position, name, digest, indicators, budget, revision, status, remark) VALUES ('AEAQCAIBAEAQCAIB', 2026, 'agreement', 0, 'a', x'01010101010101010101010101010101', 20458, 'Dinas Contoh', 'Kepala Dinas Contoh', 'Contoh Satu', x'0101010101010101010101010101010101010101010101010101010101010101', 3, 8580487155, 2, 'complete', NULL);
INSERT INTO signers (id, place, field, official, name, signed) VALUES ('AEAQCAIBAEAQCAIB', 0, 'PihakPertama', 'a', 'Contoh Satu', 1767657600);
INSERT INTO signers (id, place, field, official, name, signed) VALUES ('AEAQCAIBAEAQCAIB', 1, 'PihakKedua', 'b', 'Contoh Dua', 1767744000);
INSERT INTO files (id, revision, sha256) VALUES ('AEAQCAIBAEAQCAIB', 0, x'0101010101010101010101010101010101010101010101010101010101010101');
INSERT INTO files (id, revision, sha256) VALUES ('AEAQCAIBAEAQCAIB', 1, x'1111111111111111111111111111111111111111111111111111111111111111');
INSERT INTO files (id, revision, sha256) VALUES ('AEAQCAIBAEAQCAIB', 2, x'2121212121212121212121212121212121212121212121212121212121212121');
INSERT INTO documents (id, year, kind, stage, official, salt, day, unit, position, name, digest, indicators, budget, revision, status, remark) VALUES ('AIBAEAQCAIBAEAQC', 2026, 'pledge', 0, 'a', x'02020202020202020202020202020202', 20458, 'Dinas Contoh', 'Kepala Dinas Contoh', 'Contoh Satu', x'0202020202020202020202020202020202020202020202020202020202020202', 0, 0, 0, 'superseded', 'AMBQGAYDAMBQGAYD');
INSERT INTO signers (id, place, field, official, name, signed) VALUES ('AIBAEAQCAIBAEAQC', 0, 'PembuatPernyataan', 'a', 'Contoh Satu', NULL);
INSERT INTO signers (id, place, field, official, name, signed) VALUES ('AIBAEAQCAIBAEAQC', 1, 'Saksi', 'b', 'Contoh Dua', NULL);
INSERT INTO files (id, revision, sha256) VALUES ('AIBAEAQCAIBAEAQC', 0, x'0202020202020202020202020202020202020202020202020202020202020202');
INSERT INTO documents (id, year, kind, stage, official, salt, day, unit, position, name, digest, indicators, budget, revision, status, remark) VALUES ('AMBQGAYDAMBQGAYD', 2026, 'pledge', 0, 'a', x'03030303030303030303030303030303', 20458, 'Dinas Contoh', 'Kepala Dinas Contoh', 'Contoh Satu', x'0303030303030303030303030303030303030303030303030303030303030303', 0, 0, 0, 'issued', NULL);
INSERT INTO signers (id, place, field, official, name, signed) VALUES ('AMBQGAYDAMBQGAYD', 0, 'PembuatPernyataan', 'a', 'Contoh Satu', NULL);
INSERT INTO signers (id, place, field, official, name, signed) VALUES ('AMBQGAYDAMBQGAYD', 1, 'Saksi', 'b', 'Contoh Dua', NULL);
INSERT INTO files (id, revision, sha256) VALUES ('AMBQGAYDAMBQGAYD', 0, x'0303030303030303030303030303030303030303030303030303030303030303');
INSERT INTO events (id, what, at, detail, hash) VALUES ('AEAQCAIBAEAQCAIB', 'issued', 1767571200, '0101010101010101010101010101010101010101010101010101010101010101', x'76721ac4f853afa599193660a95ba587083e2e66c0607e615590b33deda97cc1');
INSERT INTO events (id, what, at, detail, hash) VALUES ('AIBAEAQCAIBAEAQC', 'issued', 1767571200, '0202020202020202020202020202020202020202020202020202020202020202', x'eafff247b4d455f9a3a90285bac70a3b974f5f1bb61efd8f5291a8c302b47a7e');
INSERT INTO events (id, what, at, detail, hash) VALUES ('AEAQCAIBAEAQCAIB', 'signed', 1767657600, 'PihakPertama 0a1b', x'52ace1d7fe5bc7f9dd83f9a9f511a315766fe17255bebaa9e5e9c94dab535d3e');
INSERT INTO events (id, what, at, detail, hash) VALUES ('AEAQCAIBAEAQCAIB', 'signed', 1767744000, 'PihakKedua 0c2d', x'fa8e7c181a04cf118276d55b53fb78ec92705a80dc43ec8171bdf952a10828af');
INSERT INTO events (id, what, at, detail, hash) VALUES ('AEAQCAIBAEAQCAIB', 'completed', 1767744000, '', x'25f28261a4be76fbb9d24506a91bb754faf714e4ae924a8ec349c1c4a5910a22');
INSERT INTO events (id, what, at, detail, hash) VALUES ('AIBAEAQCAIBAEAQC', 'superseded', 1767830400, 'AMBQGAYDAMBQGAYD', x'0a10622c17f3001b8e0e7ea05cc0181b7e7bf03fe83974d647111728cdbf5e3f');
INSERT INTO events (id, what, at, detail, hash) VALUES ('AMBQGAYDAMBQGAYD', 'issued', 1767830400, '0303030303030303030303030303030303030303030303030303030303030303', x'3e77745581a6dfe067103e3ee7def52ccb43a18772321a56be5bf4da29ef5c54');
