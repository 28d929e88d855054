-- A finished run may be judged on data sets of others, and predictions may be told apart by what a manifest says of
-- each image.

-- Images that were renamed have the contents of before, and so the fingerprint, but other rows in `samples`: one
-- fingerprint may have several.
CREATE TABLE datasets_2 (
  id           INTEGER PRIMARY KEY,
  fingerprint  TEXT NOT NULL
) STRICT;
INSERT INTO datasets_2 (id, fingerprint) SELECT id, fingerprint FROM datasets;
DROP TABLE datasets;
ALTER TABLE datasets_2 RENAME TO datasets;
CREATE INDEX datasets_by_fingerprint ON datasets (fingerprint);

ALTER TABLE samples ADD COLUMN source TEXT NOT NULL DEFAULT '';  -- the place it came from; '' in older records

-- Further columns of a manifest: site, stain, scanner, age. An image without a value has no row.
CREATE TABLE sample_values (
  sample  INTEGER NOT NULL REFERENCES samples ON DELETE CASCADE,
  name    TEXT NOT NULL,  -- the column
  value   TEXT NOT NULL,
  PRIMARY KEY (sample, name)
) STRICT, WITHOUT ROWID;

-- A run's model on a data set that it was not made with. Its predictions, metrics and intervals stand in their tables
-- under the split "external.<name>".
CREATE TABLE external_evaluations (
  run           INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE,
  split         INTEGER NOT NULL REFERENCES splits,
  dataset       INTEGER NOT NULL REFERENCES datasets,
  place         TEXT NOT NULL,     -- the folder, manifest or experiment, absolute
  checkpoint    TEXT NOT NULL CHECK (checkpoint IN ('best', 'last')),
  epoch         INTEGER NOT NULL,  -- of the model
  time_ms       INTEGER NOT NULL,
  threshold     REAL,              -- the run's, chosen on its own validation split; NULL with one output for each class
  groups_are    TEXT NOT NULL,     -- 'patients', 'blocks' or 'images': what the intervals' bootstrap draws
  known_images  INTEGER NOT NULL,  -- left out, because the run was trained or chosen on them
  bad_images    INTEGER NOT NULL,  -- left out, because they can't be read
  PRIMARY KEY (run, split)
) STRICT, WITHOUT ROWID;
