CREATE TABLE support_amended (
    exchange_id INTEGER NOT NULL,
    by_id INTEGER NOT NULL,
    community_id INTEGER NOT NULL,
    amended_at TEXT NOT NULL,
    actor TEXT NOT NULL,
    CONSTRAINT pk_support_amended PRIMARY KEY (exchange_id),
    CONSTRAINT fk_support_amended_exchange_id_community_id FOREIGN KEY(exchange_id, community_id) REFERENCES exchange (id, community_id),
    CONSTRAINT fk_support_amended_by_id_community_id FOREIGN KEY(by_id, community_id) REFERENCES exchange (id, community_id),
    CONSTRAINT fk_support_amended_exchange_id FOREIGN KEY(exchange_id) REFERENCES support_visit (exchange_id),
    CONSTRAINT fk_support_amended_by_id FOREIGN KEY(by_id) REFERENCES support_visit (exchange_id),
    CONSTRAINT uq_support_amended_by_id UNIQUE (by_id),
    CONSTRAINT support_amended_is_followed_by_a_later_one CHECK (by_id > exchange_id),
    CONSTRAINT support_amended_has_an_actor CHECK (length(actor) BETWEEN 1 AND 200)
)
 STRICT
--;
CREATE TRIGGER support_amended_stays BEFORE UPDATE ON support_amended
           BEGIN SELECT RAISE(ABORT, 'support_amended_stays'); END
--;
CREATE TRIGGER support_amended_remains BEFORE DELETE ON support_amended
           BEGIN SELECT RAISE(ABORT, 'support_amended_stays'); END
