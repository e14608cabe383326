CREATE TABLE tries (
    "key" TEXT NOT NULL,
    number INTEGER NOT NULL,
    until TEXT NOT NULL,
    CONSTRAINT pk_tries PRIMARY KEY ("key"),
    CONSTRAINT tries_key_is_short CHECK (length(key) BETWEEN 1 AND 200),
    CONSTRAINT tries_count_up CHECK (number >= 0)
)
 STRICT
--;
CREATE INDEX tries_by_end ON tries (until)
