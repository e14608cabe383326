CREATE TABLE seal (
    book_id INTEGER NOT NULL,
    number INTEGER NOT NULL,
    previous BLOB NOT NULL,
    root BLOB NOT NULL,
    leaves INTEGER NOT NULL,
    sealed_at TEXT NOT NULL,
    hash BLOB NOT NULL,
    CONSTRAINT pk_seal PRIMARY KEY (book_id, number),
    CONSTRAINT uq_seal_book_id_previous UNIQUE (previous, book_id),
    CONSTRAINT fk_seal_book_id FOREIGN KEY(book_id) REFERENCES book (id),
    CONSTRAINT fk_seal_last_leaf FOREIGN KEY(book_id, number, leaves) REFERENCES seal_leaf (book_id, number, position) DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT seal_counts CHECK (number > 0 AND leaves > 0),
    CONSTRAINT seal_hashes CHECK (length(previous) = 32 AND length(root) = 32 AND length(hash) = 32)
)
 WITHOUT ROWID,
 STRICT
--;
CREATE TABLE seal_leaf (
    book_id INTEGER NOT NULL,
    number INTEGER NOT NULL,
    position INTEGER NOT NULL,
    entry_id INTEGER NOT NULL,
    salt BLOB NOT NULL,
    words BLOB,
    hash BLOB NOT NULL,
    CONSTRAINT pk_seal_leaf PRIMARY KEY (book_id, number, position),
    CONSTRAINT uq_seal_leaf_entry_id UNIQUE (entry_id),
    CONSTRAINT fk_seal_leaf_book_id_number FOREIGN KEY(book_id, number) REFERENCES seal (book_id, number),
    CONSTRAINT fk_seal_leaf_entry_id_book_id FOREIGN KEY(entry_id, book_id) REFERENCES entry (id, book_id),
    CONSTRAINT seal_leaf_counts CHECK (position > 0),
    CONSTRAINT seal_leaf_hashes CHECK (length(salt) = 16 AND length(hash) = 32 AND (words IS NULL OR length(words) = 32))
)
 WITHOUT ROWID,
 STRICT
--;
-- Whether a seal is that of its entries SQLite cannot say, having no hashes: prove() computes it again.
CREATE TRIGGER seal_enters BEFORE INSERT ON seal BEGIN
  SELECT RAISE(ABORT, 'seal_exists') WHERE EXISTS (
    SELECT 1 FROM seal WHERE book_id = NEW.book_id AND (number = NEW.number OR previous = NEW.previous));
  SELECT RAISE(ABORT, 'seal_out_of_turn')
    WHERE NEW.number IS NOT 1 + coalesce((SELECT max(number) FROM seal WHERE book_id = NEW.book_id), 0)
      OR NEW.previous IS NOT coalesce((SELECT hash FROM seal WHERE book_id = NEW.book_id AND number = NEW.number - 1), zeroblob(32));
  SELECT RAISE(ABORT, 'seal_out_of_form') WHERE NEW.leaves < 1
    OR substr(NEW.sealed_at, 1, 19) IS NOT strftime('%Y-%m-%dT%H:%M:%S', substr(NEW.sealed_at, 1, 19), '+0 days')
    OR substr(NEW.sealed_at, 20) NOT GLOB '.[0-9][0-9][0-9][0-9][0-9][0-9]Z';
END
--;
CREATE TRIGGER seal_stays BEFORE UPDATE ON seal BEGIN SELECT RAISE(ABORT, 'seal_is_final'); END
--;
CREATE TRIGGER seal_remains BEFORE DELETE ON seal BEGIN SELECT RAISE(ABORT, 'seal_is_final'); END
--;
CREATE TRIGGER seal_leaf_enters BEFORE INSERT ON seal_leaf BEGIN
  SELECT RAISE(ABORT, 'entry_sealed_already') WHERE EXISTS (SELECT 1 FROM seal_leaf WHERE entry_id = NEW.entry_id);
  SELECT RAISE(ABORT, 'seal_is_final') WHERE NEW.position IS NOT 1 + coalesce((
    SELECT max(position) FROM seal_leaf WHERE book_id = NEW.book_id AND number = NEW.number), 0)
    OR NOT EXISTS (SELECT 1 FROM seal WHERE book_id = NEW.book_id AND number = NEW.number AND leaves >= NEW.position);
  SELECT RAISE(ABORT, 'entry_unknown') WHERE NOT EXISTS (SELECT 1 FROM entry WHERE id = NEW.entry_id AND book_id = NEW.book_id);
END
--;
CREATE TRIGGER seal_leaf_stays BEFORE UPDATE ON seal_leaf BEGIN SELECT RAISE(ABORT, 'seal_leaf_is_final'); END
--;
CREATE TRIGGER seal_leaf_remains BEFORE DELETE ON seal_leaf BEGIN SELECT RAISE(ABORT, 'seal_leaf_is_final'); END
--;
CREATE TABLE sealed_words (
    entry_id INTEGER NOT NULL,
    salt BLOB NOT NULL,
    CONSTRAINT pk_sealed_words PRIMARY KEY (entry_id),
    CONSTRAINT sealed_words_have_a_salt CHECK (length(salt) = 16),
    CONSTRAINT fk_sealed_words_entry_id FOREIGN KEY(entry_id) REFERENCES entry (id)
)
 STRICT
