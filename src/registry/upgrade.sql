-- From version 1 to version 2, in one transaction. The rest of src/registry/create.sql is the same in both.

-- A column that is added to rows needs a default. Objectives stay unknown: version 1 did not hold them.
ALTER TABLE documents ADD COLUMN successor TEXT;
ALTER TABLE documents ADD COLUMN visibility TEXT;
ALTER TABLE documents ADD COLUMN first_objective TEXT;
ALTER TABLE documents ADD COLUMN last_objective TEXT;
ALTER TABLE signers ADD COLUMN position TEXT NOT NULL DEFAULT '';

-- Version 1 kept the successor where the reason belongs.
UPDATE documents SET successor = remark, remark = NULL WHERE status = 'superseded';

-- It knew the position of one party: the one whose document it is.
UPDATE signers SET position = owner.position
  FROM documents AS owner WHERE owner.id = signers.id AND owner.official = signers.official;

CREATE INDEX events_by_document ON events (id);

PRAGMA user_version = 2;
