-- How far the store has come. lineage is drawn anew when somebody accepts the store; generation is
-- raised by every commit; sequence and hash are where the audit log ends; anchor is the checkpoint
-- that stands for rows that were pruned, as a versioned JSON text. One row.
CREATE TABLE chain (
  only_row   INTEGER NOT NULL PRIMARY KEY CHECK (only_row = 1),
  lineage    TEXT    NOT NULL,
  generation BIGINT  NOT NULL,
  sequence   BIGINT  NOT NULL,
  hash       TEXT    NOT NULL,
  anchor     TEXT
);
INSERT INTO chain (only_row, lineage, generation, sequence, hash)
  VALUES (1, lower(hex(randomblob(16))), 0, 0, printf('%064d', 0));

-- Every decision and what was done beside them. fact is a versioned JSON text; hash is over it, the
-- sequence and the hash of the row before.
CREATE TABLE audit (
  sequence INTEGER NOT NULL PRIMARY KEY,
  previous TEXT    NOT NULL,
  hash     TEXT    NOT NULL,
  fact     TEXT    NOT NULL
);

-- Answers that the platform has yet to accept. sequence is that of the decision's row in the audit
-- log. is_first is 1 for the oldest row of a lane that is not set aside: the only one to be tried.
CREATE TABLE outbox (
  sequence         INTEGER NOT NULL PRIMARY KEY,
  event            TEXT    NOT NULL UNIQUE,
  lane             TEXT    NOT NULL,
  request          TEXT    NOT NULL,
  verdict          TEXT    NOT NULL CHECK (verdict IN ('sign', 'decline')),
  body             BLOB    NOT NULL,
  received_at      BIGINT  NOT NULL,
  is_first         INTEGER NOT NULL CHECK (is_first IN (0, 1)),
  attempts         BIGINT  NOT NULL DEFAULT 0,
  next_attempt_at  BIGINT  NOT NULL,
  last_error       TEXT,
  claimed_by       TEXT,
  claimed_until    BIGINT,
  set_aside_reason TEXT,
  set_aside_at     BIGINT,
  CHECK ((claimed_by IS NULL) = (claimed_until IS NULL)),
  CHECK ((set_aside_reason IS NULL) = (set_aside_at IS NULL)),
  CHECK (is_first = 0 OR set_aside_at IS NULL)
);
CREATE INDEX outbox_by_lane ON outbox (lane, sequence) WHERE set_aside_at IS NULL;
CREATE INDEX outbox_due ON outbox (next_attempt_at) WHERE is_first = 1;
