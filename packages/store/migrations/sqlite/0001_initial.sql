-- Whose state this is: one seed on one network. One row.
CREATE TABLE realm (
  only_row    INTEGER NOT NULL PRIMARY KEY CHECK (only_row = 1),
  fingerprint TEXT    NOT NULL,
  network     TEXT    NOT NULL,
  -- Raised by health checks: a write that must reach the disk.
  heartbeat   BIGINT  NOT NULL
);

-- state is a versioned JSON text; the columns beside it are what must be unique.
CREATE TABLE channels (
  channel BIGINT NOT NULL PRIMARY KEY,
  id      TEXT   NOT NULL UNIQUE,
  state   TEXT   NOT NULL
);

CREATE TABLE invoices (
  invoice TEXT NOT NULL PRIMARY KEY,
  nonce   TEXT NOT NULL UNIQUE,
  state   TEXT NOT NULL
);

-- Hashes are lower-case hex; tags is a JSON list; times are milliseconds since 1970.
CREATE TABLE events (
  event         TEXT   NOT NULL PRIMARY KEY,
  body_hash     TEXT   NOT NULL,
  kind          TEXT   NOT NULL,
  verdict       TEXT   NOT NULL CHECK (verdict IN ('sign', 'decline', 'hold')),
  tags          TEXT   NOT NULL,
  policy_hash   TEXT   NOT NULL,
  received_at   BIGINT NOT NULL,
  answered_at   BIGINT,
  answer_digest TEXT,
  CHECK ((answered_at IS NULL) = (answer_digest IS NULL))
);
