CREATE TABLE tries (
    key TEXT NOT NULL,
    number BIGINT NOT NULL,
    until TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_tries PRIMARY KEY (key),
    CONSTRAINT tries_key_is_short CHECK (length(key) BETWEEN 1 AND 200),
    CONSTRAINT tries_count_up CHECK (number >= 0)
)
--;
CREATE INDEX tries_by_end ON tries (until)
