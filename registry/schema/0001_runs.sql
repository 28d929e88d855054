-- The registry's tables. Applied to an empty file in one transaction; changed only by later migrations.
-- Times are whole milliseconds since 1970, UTC: datetime(created_ms / 1000, 'unixepoch') shows one.
-- A metric that is not a number is NULL in a value column; infinities are SQLite's own (9e999).

-- Train, validation, test: named once, because predictions and metrics repeat them millions of times.
CREATE TABLE splits (
  id    INTEGER PRIMARY KEY,
  name  TEXT NOT NULL UNIQUE
) STRICT;

CREATE TABLE metric_names (
  id     INTEGER PRIMARY KEY,
  split  INTEGER NOT NULL REFERENCES splits,
  name   TEXT NOT NULL,
  UNIQUE (split, name)
) STRICT;

-- A data set as its contents are: runs on the same images share its rows.
CREATE TABLE datasets (
  id           INTEGER PRIMARY KEY,
  fingerprint  TEXT NOT NULL UNIQUE
) STRICT;

CREATE TABLE samples (
  id            INTEGER PRIMARY KEY,
  dataset       INTEGER NOT NULL REFERENCES datasets ON DELETE CASCADE,
  path          TEXT NOT NULL,     -- relative to the data set's folder
  hash          TEXT NOT NULL,     -- of the file's contents
  sample_group  TEXT NOT NULL,     -- the patient; '' without groups
  label         INTEGER NOT NULL,  -- index into the classes of the run
  UNIQUE (dataset, path)
) STRICT;

-- Which image lies in which split. Two runs can be compared on test figures when their partition is the same.
CREATE TABLE partitions (
  id           INTEGER PRIMARY KEY,
  dataset      INTEGER NOT NULL REFERENCES datasets ON DELETE CASCADE,
  fingerprint  TEXT NOT NULL,
  UNIQUE (dataset, fingerprint)
) STRICT;

CREATE TABLE partition_samples (
  partition  INTEGER NOT NULL REFERENCES partitions ON DELETE CASCADE,
  sample     INTEGER NOT NULL REFERENCES samples ON DELETE CASCADE,
  split      INTEGER NOT NULL REFERENCES splits,
  PRIMARY KEY (partition, sample)
) STRICT, WITHOUT ROWID;

CREATE TABLE runs (
  number             INTEGER PRIMARY KEY AUTOINCREMENT,  -- never given twice, even when the newest run is deleted
  uuid               TEXT NOT NULL UNIQUE,
  name               TEXT NOT NULL,
  state              TEXT NOT NULL CHECK (state IN ('running', 'completed', 'failed', 'interrupted')),
  parent             INTEGER REFERENCES runs ON DELETE SET NULL,
  parent_checkpoint  TEXT CHECK (parent_checkpoint IN ('best', 'last')),
  created_ms         INTEGER NOT NULL,
  started_ms         INTEGER NOT NULL,  -- of the last start or resume
  earlier_ms         INTEGER NOT NULL DEFAULT 0,  -- how long it ran before the last resume
  finished_ms        INTEGER,
  heartbeat_ms       INTEGER NOT NULL,
  folder             TEXT NOT NULL,     -- relative to the registry's folder
  experiment         TEXT NOT NULL,     -- the resolved experiment as TOML
  select_metric      TEXT NOT NULL,     -- 'validation.auroc'
  host               TEXT NOT NULL,
  device             TEXT NOT NULL,
  git_commit         TEXT NOT NULL,     -- '' outside a repository
  git_dirty          INTEGER NOT NULL CHECK (git_dirty IN (0, 1)),
  command            TEXT NOT NULL,
  dataset            INTEGER NOT NULL REFERENCES datasets,
  partition          INTEGER NOT NULL REFERENCES partitions,
  positive           TEXT NOT NULL,     -- '' with one output for each class
  threshold          REAL,
  threshold_rule     TEXT,
  weights_sha256     TEXT
) STRICT;
CREATE INDEX runs_by_name ON runs (name, number);

CREATE TABLE classes (
  run       INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE,
  position  INTEGER NOT NULL,
  name      TEXT NOT NULL,
  PRIMARY KEY (run, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE libraries (
  run       INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE,
  position  INTEGER NOT NULL,
  name      TEXT NOT NULL,
  version   TEXT NOT NULL,
  PRIMARY KEY (run, position)
) STRICT, WITHOUT ROWID;

-- One value column is filled, the one that kind names; booleans are 0 or 1 in integer_value.
CREATE TABLE parameters (
  run            INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE,
  position       INTEGER NOT NULL,
  key            TEXT NOT NULL,     -- dotted: training.optimizer.learning_rate
  kind           TEXT NOT NULL CHECK (kind IN ('bool', 'integer', 'real', 'text')),
  integer_value  INTEGER,
  real_value     REAL,
  text_value     TEXT,
  PRIMARY KEY (run, position),
  UNIQUE (run, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE plugins (
  run          INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE,
  position     INTEGER NOT NULL,
  kind         TEXT NOT NULL,
  name         TEXT NOT NULL,
  version      TEXT NOT NULL,
  build_id     TEXT NOT NULL,
  file         TEXT NOT NULL,
  file_sha256  TEXT NOT NULL,
  PRIMARY KEY (run, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE metric_points (
  run     INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE,
  metric  INTEGER NOT NULL REFERENCES metric_names,
  epoch   INTEGER NOT NULL,
  step    INTEGER NOT NULL,
  value   REAL,
  PRIMARY KEY (run, metric, epoch, step)
) STRICT, WITHOUT ROWID;

-- The last and the best point of each metric of a run, kept in the transaction that writes the points: as views over
-- millions of points they would take a fifth of a second.
CREATE TABLE latest_metric (
  run     INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE,
  metric  INTEGER NOT NULL REFERENCES metric_names,
  epoch   INTEGER NOT NULL,
  step    INTEGER NOT NULL,
  value   REAL,
  PRIMARY KEY (run, metric)
) STRICT, WITHOUT ROWID;

CREATE TABLE best_metric (
  run     INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE,
  metric  INTEGER NOT NULL REFERENCES metric_names,
  epoch   INTEGER NOT NULL,
  step    INTEGER NOT NULL,
  value   REAL NOT NULL,
  PRIMARY KEY (run, metric)
) STRICT, WITHOUT ROWID;

-- How sure the last value of a metric is. low and high are NULL where no interval can be given.
CREATE TABLE metric_intervals (
  run         INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE,
  metric      INTEGER NOT NULL REFERENCES metric_names,
  value       REAL,
  low         REAL,
  high        REAL,
  level       REAL NOT NULL,
  groups      INTEGER NOT NULL,  -- patients
  samples     INTEGER NOT NULL,
  replicates  INTEGER NOT NULL,
  redrawn     INTEGER NOT NULL,
  PRIMARY KEY (run, metric)
) STRICT, WITHOUT ROWID;

-- One output: probability is that of the positive class, label 1 the positive class.
-- K outputs: probabilities holds K little-endian 32-bit floats, label is the class's index.
CREATE TABLE predictions (
  run            INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE,
  split          INTEGER NOT NULL REFERENCES splits,
  sample         INTEGER NOT NULL REFERENCES samples,
  epoch          INTEGER NOT NULL,  -- of the model that made it
  label          INTEGER NOT NULL,
  probability    REAL,
  probabilities  BLOB,
  PRIMARY KEY (run, split, sample)
) STRICT, WITHOUT ROWID;

CREATE TABLE artifacts (
  run     INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE,
  path    TEXT NOT NULL,  -- relative to the run's folder
  kind    TEXT NOT NULL,
  bytes   INTEGER NOT NULL,
  sha256  TEXT NOT NULL,
  PRIMARY KEY (run, path)
) STRICT, WITHOUT ROWID;

CREATE TABLE events (
  id       INTEGER PRIMARY KEY,
  run      INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE,
  time_ms  INTEGER NOT NULL,
  kind     TEXT NOT NULL,
  text     TEXT NOT NULL
) STRICT;
CREATE INDEX events_by_run ON events (run, id);

-- For people: metrics by the names they have on the screen.
CREATE VIEW metrics AS
  SELECT p.run, s.name AS split, n.name, p.epoch, p.step, p.value
  FROM metric_points p JOIN metric_names n ON n.id = p.metric JOIN splits s ON s.id = n.split;
