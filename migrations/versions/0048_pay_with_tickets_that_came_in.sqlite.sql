CREATE TABLE ticket_paid (
    id INTEGER NOT NULL,
    community_id INTEGER NOT NULL,
    member_id INTEGER NOT NULL,
    amount_minor INTEGER NOT NULL,
    currency TEXT NOT NULL,
    paid_on TEXT NOT NULL,
    "key" TEXT NOT NULL,
    done_at TEXT NOT NULL,
    actor TEXT NOT NULL,
    entry_id INTEGER NOT NULL,
    reversal_id INTEGER,
    taken_back_because TEXT,
    taken_back_at TEXT,
    CONSTRAINT pk_ticket_paid PRIMARY KEY (id),
    CONSTRAINT uq_ticket_paid_community_id_key_member_id UNIQUE (community_id, "key", member_id),
    CONSTRAINT uq_ticket_paid_id_community_id UNIQUE (id, community_id),
    CONSTRAINT uq_ticket_paid_entry_id UNIQUE (entry_id),
    CONSTRAINT fk_ticket_paid_member_id_community_id FOREIGN KEY(member_id, community_id) REFERENCES member (id, community_id),
    CONSTRAINT ticket_paid_pays_something CHECK (amount_minor > 0),
    CONSTRAINT ticket_paid_currency_has_three_letters CHECK (length(currency) = 3),
    CONSTRAINT ticket_paid_key_is_short CHECK (length(key) BETWEEN 1 AND 300),
    CONSTRAINT ticket_paid_has_an_actor CHECK (length(actor) BETWEEN 1 AND 200),
    CONSTRAINT ticket_paid_is_taken_back_for_a_reason CHECK ((reversal_id IS NULL) = (taken_back_because IS NULL) AND (reversal_id IS NULL) = (taken_back_at IS NULL)),
    CONSTRAINT ticket_paid_reason_is_short CHECK (length(taken_back_because) BETWEEN 1 AND 500),
    CONSTRAINT fk_ticket_paid_entry_id FOREIGN KEY(entry_id) REFERENCES entry (id),
    CONSTRAINT fk_ticket_paid_reversal_id FOREIGN KEY(reversal_id) REFERENCES entry (id)
)
 STRICT
--;
CREATE INDEX ticket_paid_by_member ON ticket_paid (member_id)
--;
CREATE TABLE ticket_paid_use (
    ticket_id INTEGER NOT NULL,
    paid_id INTEGER NOT NULL,
    community_id INTEGER NOT NULL,
    CONSTRAINT pk_ticket_paid_use PRIMARY KEY (ticket_id, paid_id),
    CONSTRAINT fk_ticket_paid_use_ticket_id_community_id FOREIGN KEY(ticket_id, community_id) REFERENCES ticket (id, community_id),
    CONSTRAINT fk_ticket_paid_use_paid_id_community_id FOREIGN KEY(paid_id, community_id) REFERENCES ticket_paid (id, community_id)
)
 STRICT
--;
CREATE INDEX ticket_paid_use_by_paid ON ticket_paid_use (paid_id)
--;
DROP TRIGGER ticket_is_used_once
--;
CREATE TRIGGER ticket_is_used_once BEFORE INSERT ON ticket_use
           WHEN EXISTS (
                 SELECT 1 FROM ticket_use u JOIN exchange x ON x.id = u.exchange_id AND x.state = 'confirmed'
                 WHERE u.ticket_id = NEW.ticket_id)
               OR EXISTS (
                 SELECT 1 FROM ticket_paid_use u JOIN ticket_paid p ON p.id = u.paid_id
                 WHERE u.ticket_id = NEW.ticket_id AND p.reversal_id IS NULL)
               OR EXISTS (SELECT 1 FROM ticket WHERE id = NEW.ticket_id AND gone IS NOT NULL)
           BEGIN SELECT RAISE(ABORT, 'ticket_is_used_once'); END
--;
CREATE TRIGGER ticket_pays_once BEFORE INSERT ON ticket_paid_use
           WHEN EXISTS (
                 SELECT 1 FROM ticket_use u JOIN exchange x ON x.id = u.exchange_id AND x.state = 'confirmed'
                 WHERE u.ticket_id = NEW.ticket_id)
               OR EXISTS (
                 SELECT 1 FROM ticket_paid_use u JOIN ticket_paid p ON p.id = u.paid_id
                 WHERE u.ticket_id = NEW.ticket_id AND p.reversal_id IS NULL)
               OR EXISTS (SELECT 1 FROM ticket WHERE id = NEW.ticket_id AND gone IS NOT NULL)
           BEGIN SELECT RAISE(ABORT, 'ticket_is_used_once'); END
--;
CREATE TRIGGER ticket_paid_use_stays BEFORE UPDATE ON ticket_paid_use
           BEGIN SELECT RAISE(ABORT, 'ticket_use_stays'); END
--;
CREATE TRIGGER ticket_paid_use_remains BEFORE DELETE ON ticket_paid_use
           BEGIN SELECT RAISE(ABORT, 'ticket_use_stays'); END
--;
CREATE TRIGGER ticket_paid_stays BEFORE UPDATE OF community_id, member_id, amount_minor, currency, paid_on, key, done_at, actor, entry_id ON ticket_paid
           BEGIN SELECT RAISE(ABORT, 'ticket_paid_stays'); END
--;
CREATE TRIGGER ticket_paid_ends_once BEFORE UPDATE ON ticket_paid
           WHEN OLD.reversal_id IS NOT NULL BEGIN SELECT RAISE(ABORT, 'ticket_paid_stays'); END
--;
CREATE TRIGGER ticket_paid_remains BEFORE DELETE ON ticket_paid
           BEGIN SELECT RAISE(ABORT, 'ticket_paid_stays'); END
