-- Outputs that transactions signed on the chain spend, for ever: a job shows the amount of one input
-- only. outpoint is transaction id, in internal byte order, and output number, 72 hex digits.
CREATE TABLE spends (
  outpoint TEXT NOT NULL PRIMARY KEY,
  state    TEXT NOT NULL
) WITHOUT ROWID;
