CREATE INDEX payment_by_charge ON payment (community_id, charge_id)
--;
ALTER TABLE stripe_movement ADD COLUMN intent_id TEXT DEFAULT '' NOT NULL
--;
CREATE TABLE stripe_identified (
    payment_id INTEGER NOT NULL,
    community_id INTEGER NOT NULL,
    entry_id INTEGER NOT NULL,
    oddity TEXT,
    asked_minor INTEGER,
    asked_currency TEXT,
    actor TEXT NOT NULL,
    made_at TEXT NOT NULL,
    CONSTRAINT pk_stripe_identified PRIMARY KEY (payment_id),
    CONSTRAINT uq_stripe_identified_entry_id UNIQUE (entry_id),
    CONSTRAINT fk_stripe_identified_payment_id_community_id FOREIGN KEY(payment_id, community_id) REFERENCES payment (id, community_id),
    CONSTRAINT stripe_identified_oddity_is_known CHECK (oddity = 'differs' OR oddity = 'double'),
    CONSTRAINT stripe_identified_says_what_was_asked CHECK ((oddity IS NULL) = (asked_minor IS NULL) AND (oddity IS NULL) = (asked_currency IS NULL)),
    CONSTRAINT stripe_identified_currency_has_three_letters CHECK (length(asked_currency) = 3),
    CONSTRAINT stripe_identified_has_an_actor CHECK (length(actor) BETWEEN 1 AND 200),
    CONSTRAINT fk_stripe_identified_entry_id FOREIGN KEY(entry_id) REFERENCES entry (id)
)
 STRICT
