import { ledgerColumns } from '../rows.ts'

const columns = ledgerColumns.join(', ')
const places = ledgerColumns.map(() => '?').join(', ')
const updates = ledgerColumns.map((column) => `${column} = excluded.${column}`).join(', ')

// The WHERE clauses are a second lock on what must never change; a conflict changes no row.
export const sql = {
  event: `SELECT ${columns} FROM events WHERE event = ?`,
  channel: 'SELECT channel, id, state FROM channels WHERE channel = ?',
  channelById: 'SELECT channel, id, state FROM channels WHERE id = ?',
  invoice: 'SELECT invoice, nonce, state FROM invoices WHERE invoice = ?',
  channels: 'SELECT channel, id, state FROM channels WHERE channel > ? ORDER BY channel LIMIT ?',
  invoices: 'SELECT invoice, nonce, state FROM invoices WHERE invoice > ? ORDER BY invoice LIMIT ?',
  fundings: 'SELECT channel, id, state FROM channels WHERE funding_txid = ? ORDER BY channel',
  incoming: `SELECT c.channel, c.id, c.state FROM incoming_htlcs h
    JOIN channels c ON c.channel = h.channel WHERE h.payment_hash160 = ? ORDER BY c.channel`,
  intent: 'SELECT id, key, state FROM intents WHERE id = ?',
  intentsByKey: 'SELECT id, key, state FROM intents WHERE key = ? ORDER BY id',
  intents: 'SELECT id, key, state FROM intents WHERE id > ? ORDER BY id LIMIT ?',
  node: 'SELECT state FROM node',
  spent: 'SELECT outpoint, state FROM spends WHERE outpoint = ?',
  counts: `SELECT (SELECT COUNT(*) FROM channels) AS channels,
    (SELECT COUNT(*) FROM invoices) AS invoices, (SELECT COUNT(*) FROM events) AS events`,
  writeEvent: `INSERT INTO events (${columns}) VALUES (${places})
    ON CONFLICT (event) DO UPDATE SET ${updates} WHERE events.body_hash = excluded.body_hash`,
  writeChannel: `INSERT INTO channels (channel, id, state, funding_txid) VALUES (?, ?, ?, ?)
    ON CONFLICT (channel) DO UPDATE
    SET state = excluded.state, funding_txid = excluded.funding_txid
    WHERE channels.id = excluded.id`,
  // What is known already makes a conflict, by the path or by the id.
  adopt: 'INSERT INTO channels (channel, id, state) VALUES (?, ?, ?)',
  addIncoming: 'INSERT OR IGNORE INTO incoming_htlcs (payment_hash160, channel) VALUES (?, ?)',
  removeIncoming: 'DELETE FROM incoming_htlcs WHERE payment_hash160 = ? AND channel = ?',
  addIntent: `INSERT INTO intents (id, key, state) VALUES (?, ?, ?)
    ON CONFLICT (id) DO NOTHING`,
  writeIntent: 'UPDATE intents SET state = ? WHERE id = ? AND key = ?',
  removeIntent: 'DELETE FROM intents WHERE id = ?',
  writeNode: `INSERT INTO node (only_row, state) VALUES (1, ?)
    ON CONFLICT (only_row) DO UPDATE SET state = excluded.state`,
  writeSpent: `INSERT INTO spends (outpoint, state) VALUES (?, ?)
    ON CONFLICT (outpoint) DO UPDATE SET state = excluded.state`,
  writeInvoice: `INSERT INTO invoices (invoice, nonce, state) VALUES (?, ?, ?)
    ON CONFLICT (invoice) DO UPDATE SET state = excluded.state
    WHERE invoices.nonce = excluded.nonce`,
  answer: `UPDATE events SET answered_at = ?, answer_digest = ?
    WHERE event = ? AND answered_at IS NULL`,
  closedEvents: `SELECT event FROM events WHERE sent_at < ?1 AND received_at < ?1
    AND (answered_at IS NOT NULL OR verdict = 'hold'
      OR (verdict = 'decline' AND kind <> 'derive-key-and-sign'))
    AND NOT EXISTS (SELECT 1 FROM outbox WHERE outbox.event = events.event)
    ORDER BY received_at, rowid LIMIT ?2`,
  forgetEvent: 'DELETE FROM events WHERE event = ?',
  raiseForgotten: 'UPDATE chain SET forgotten_before = max(forgotten_before, ?)',
  beat: 'UPDATE realm SET heartbeat = heartbeat + 1',
} as const
