-- Whose state this is: one seed on one network. One row, written when the schema is made.
CREATE TABLE realm (
  only_row    INTEGER NOT NULL PRIMARY KEY CHECK (only_row = 1),
  fingerprint TEXT    NOT NULL,
  network     TEXT    NOT NULL,
  -- Raised by health checks: a write that must reach the disk.
  heartbeat   BIGINT  NOT NULL
);

-- How far the store has come. Every transaction that writes locks this row, last of all rows, until
-- it has ended: so commits form one sequence, and who holds the lock knows how the one before ended.
-- lineage is drawn anew when somebody accepts the store; generation is raised by every commit;
-- sequence and hash are where the audit log ends; anchor is the checkpoint that stands for rows that
-- were pruned, as a versioned JSON text. One row.
CREATE TABLE chain (
  only_row   INTEGER NOT NULL PRIMARY KEY CHECK (only_row = 1),
  lineage    TEXT    NOT NULL,
  generation BIGINT  NOT NULL,
  sequence   BIGINT  NOT NULL,
  hash       TEXT    NOT NULL,
  anchor     TEXT
);

-- state is a versioned JSON text; the columns beside it are what must be unique. funding_txid is the
-- id of the transaction that funds the channel, in hex, in internal byte order; null before the first
-- commitment. Several channels may share one.
CREATE TABLE channels (
  channel      BIGINT NOT NULL PRIMARY KEY,
  id           TEXT COLLATE "C" NOT NULL CONSTRAINT channels_id UNIQUE,
  state        TEXT NOT NULL,
  funding_txid TEXT COLLATE "C"
);
CREATE INDEX channels_by_funding ON channels (funding_txid) WHERE funding_txid IS NOT NULL;

-- Where payment hashes stand in HTLCs that pay us: follows from channels.state, so that a preimage
-- is looked for without reading every channel.
CREATE TABLE incoming_htlcs (
  payment_hash160 TEXT COLLATE "C" NOT NULL,
  channel         BIGINT NOT NULL,
  PRIMARY KEY (payment_hash160, channel)
);

CREATE TABLE invoices (
  invoice TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  nonce   TEXT COLLATE "C" NOT NULL CONSTRAINT invoices_nonce UNIQUE,
  state   TEXT NOT NULL
);

-- What the owner registered. key is the payment's hash160, or the withdrawal's script, in hex.
CREATE TABLE intents (
  id    TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  key   TEXT COLLATE "C" NOT NULL,
  state TEXT NOT NULL
);
CREATE INDEX intents_by_key ON intents (key);

-- The node as a whole. One row, so that it can be locked; state is null until there is something to
-- remember.
CREATE TABLE node (
  only_row INTEGER NOT NULL PRIMARY KEY CHECK (only_row = 1),
  state    TEXT
);
INSERT INTO node (only_row, state) VALUES (1, NULL);

-- Outputs that transactions signed on the chain spend, for ever: a job shows the amount of one input
-- only. outpoint is transaction id, in internal byte order, and output number, 72 hex digits.
CREATE TABLE spends (
  outpoint TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  state    TEXT NOT NULL
);

-- Hashes are lower-case hex; tags is a JSON list; times are milliseconds since 1970. arrival is the
-- order in which events were first decided, with gaps: the oldest are forgotten first.
CREATE TABLE events (
  event         TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  body_hash     TEXT   NOT NULL,
  kind          TEXT   NOT NULL,
  verdict       TEXT   NOT NULL CHECK (verdict IN ('sign', 'decline', 'hold')),
  tags          TEXT   NOT NULL,
  policy_hash   TEXT   NOT NULL,
  received_at   BIGINT NOT NULL,
  answered_at   BIGINT,
  answer_digest TEXT,
  arrival       BIGINT GENERATED ALWAYS AS IDENTITY,
  CHECK ((answered_at IS NULL) = (answer_digest IS NULL))
);
CREATE INDEX events_by_arrival ON events (arrival);

-- Every decision and what was done beside them. fact is a versioned JSON text; hash is over it, the
-- sequence and the hash of the row before.
CREATE TABLE audit (
  sequence BIGINT NOT NULL PRIMARY KEY,
  previous TEXT   NOT NULL,
  hash     TEXT   NOT NULL,
  fact     TEXT   NOT NULL
);

-- Answers that the platform has yet to accept. sequence is that of the decision's row in the audit
-- log. is_first is 1 for the oldest row of a lane that is not set aside: the only one to be tried.
CREATE TABLE outbox (
  sequence         BIGINT  NOT NULL PRIMARY KEY,
  event            TEXT COLLATE "C" NOT NULL CONSTRAINT outbox_event UNIQUE,
  lane             TEXT COLLATE "C" NOT NULL,
  request          TEXT    NOT NULL,
  verdict          TEXT    NOT NULL CHECK (verdict IN ('sign', 'decline')),
  body             BYTEA   NOT NULL,
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
