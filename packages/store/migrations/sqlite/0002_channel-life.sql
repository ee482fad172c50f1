-- The id of the transaction that funds the channel, in hex, in internal byte order; null before the
-- first commitment. Several channels may share one.
ALTER TABLE channels ADD COLUMN funding_txid TEXT;
CREATE INDEX channels_by_funding ON channels (funding_txid) WHERE funding_txid IS NOT NULL;

-- Where payment hashes stand in HTLCs that pay us: follows from channels.state, so that a preimage
-- is looked for without reading every channel.
CREATE TABLE incoming_htlcs (
  payment_hash160 TEXT   NOT NULL,
  channel         BIGINT NOT NULL,
  PRIMARY KEY (payment_hash160, channel)
);

-- What the owner registered. key is the payment's hash160, or the withdrawal's script, in hex.
CREATE TABLE intents (
  id    TEXT NOT NULL PRIMARY KEY,
  key   TEXT NOT NULL,
  state TEXT NOT NULL
);
CREATE INDEX intents_by_key ON intents (key);

-- The node as a whole. One row, once there is something to remember.
CREATE TABLE node (
  only_row INTEGER NOT NULL PRIMARY KEY CHECK (only_row = 1),
  state    TEXT    NOT NULL
);
