-- Why nothing is decided with this store until somebody accepts it; detail is public. No row while it
-- is in use.
CREATE TABLE halt (
  only_row INTEGER NOT NULL PRIMARY KEY CHECK (only_row = 1),
  cause    TEXT    NOT NULL,
  detail   TEXT    NOT NULL
);
