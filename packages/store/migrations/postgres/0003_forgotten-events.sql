-- When the platform says that an event happened, milliseconds since 1970; null of those that an earlier
-- version recorded, which are kept.
ALTER TABLE events ADD COLUMN sent_at BIGINT;

-- The oldest are forgotten first; nothing waits for a look at all the others.
DROP INDEX events_by_arrival;
CREATE INDEX events_by_receipt ON events (received_at, arrival);

-- Events that were dated before this may have been forgotten; 0 where none was.
ALTER TABLE chain ADD COLUMN forgotten_before BIGINT NOT NULL DEFAULT 0;
