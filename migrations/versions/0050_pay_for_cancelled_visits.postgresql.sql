CREATE TABLE support_cancelled (
    id BIGSERIAL NOT NULL,
    community_id BIGINT NOT NULL,
    giver_id BIGINT NOT NULL,
    receiver_id BIGINT NOT NULL,
    kind_id BIGINT,
    agreed_on DATE NOT NULL,
    begins_minute BIGINT NOT NULL,
    how TEXT NOT NULL,
    rate_id BIGINT NOT NULL,
    provider TEXT NOT NULL,
    currency TEXT NOT NULL,
    price_minor BIGINT NOT NULL,
    thanks_minor BIGINT NOT NULL,
    thanks_left BOOLEAN NOT NULL,
    key TEXT NOT NULL,
    written_at TIMESTAMP WITH TIME ZONE NOT NULL,
    actor TEXT NOT NULL,
    entry_id BIGINT NOT NULL,
    reversal_id BIGINT,
    taken_back_because TEXT,
    CONSTRAINT pk_support_cancelled PRIMARY KEY (id),
    CONSTRAINT uq_support_cancelled_community_id_key UNIQUE (community_id, key),
    CONSTRAINT uq_support_cancelled_entry_id UNIQUE (entry_id),
    CONSTRAINT fk_support_cancelled_giver_id_community_id FOREIGN KEY(giver_id, community_id) REFERENCES member (id, community_id),
    CONSTRAINT fk_support_cancelled_receiver_id_community_id FOREIGN KEY(receiver_id, community_id) REFERENCES member (id, community_id),
    CONSTRAINT fk_support_cancelled_kind_id_community_id FOREIGN KEY(kind_id, community_id) REFERENCES help_kind (id, community_id),
    CONSTRAINT support_cancelled_has_two_members CHECK (giver_id <> receiver_id),
    CONSTRAINT support_cancelled_how_is_known CHECK (how = 'late' OR how = 'door'),
    CONSTRAINT support_cancelled_provider_is_known CHECK (provider = 'group' OR provider = 'member'),
    CONSTRAINT support_cancelled_begins_on_its_day CHECK (begins_minute BETWEEN 0 AND 1439),
    CONSTRAINT support_cancelled_costs_something CHECK (price_minor BETWEEN 1 AND 10000000000),
    CONSTRAINT support_cancelled_thanks_are_of_the_price CHECK (thanks_minor BETWEEN 0 AND price_minor AND (thanks_minor = 0 OR NOT thanks_left)),
    CONSTRAINT support_cancelled_currency_has_three_letters CHECK (length(currency) = 3),
    CONSTRAINT support_cancelled_key_is_short CHECK (length(key) BETWEEN 1 AND 300),
    CONSTRAINT support_cancelled_has_an_actor CHECK (length(actor) BETWEEN 1 AND 200),
    CONSTRAINT support_cancelled_is_taken_back_for_a_reason CHECK ((reversal_id IS NULL) = (taken_back_because IS NULL) AND length(taken_back_because) BETWEEN 1 AND 500),
    CONSTRAINT fk_support_cancelled_rate_id FOREIGN KEY(rate_id) REFERENCES support_rate (id),
    CONSTRAINT fk_support_cancelled_entry_id FOREIGN KEY(entry_id) REFERENCES entry (id),
    CONSTRAINT fk_support_cancelled_reversal_id FOREIGN KEY(reversal_id) REFERENCES entry (id)
)
--;
CREATE INDEX support_cancelled_by_day ON support_cancelled (community_id, agreed_on)
--;
CREATE INDEX support_cancelled_by_giver ON support_cancelled (giver_id)
--;
CREATE INDEX support_cancelled_by_receiver ON support_cancelled (receiver_id)
--;
ALTER TABLE support_settled ADD COLUMN cancelled_id BIGINT
--;
ALTER TABLE support_settled ADD CONSTRAINT fk_support_settled_cancelled_id FOREIGN KEY(cancelled_id) REFERENCES support_cancelled (id)
--;
ALTER TABLE support_settled ADD CONSTRAINT uq_support_settled_cancelled_id_back UNIQUE (cancelled_id, back)
--;
ALTER TABLE support_settled DROP CONSTRAINT support_settled_is_one_of_the_two
--;
ALTER TABLE support_settled ADD CONSTRAINT support_settled_is_one_of_the_three CHECK (coalesce(exchange_id, expense_id, cancelled_id) IS NOT NULL AND (exchange_id IS NULL OR expense_id IS NULL) AND (exchange_id IS NULL OR cancelled_id IS NULL) AND (expense_id IS NULL OR cancelled_id IS NULL))
--;
CREATE TRIGGER support_cancelled_stays BEFORE UPDATE OF id, community_id, giver_id, receiver_id, kind_id, agreed_on, begins_minute, how, rate_id, provider, currency, price_minor, thanks_minor, thanks_left, key, written_at, actor, entry_id ON support_cancelled
           FOR EACH ROW EXECUTE FUNCTION ledger_is_final()
--;
CREATE TRIGGER support_cancelled_is_final BEFORE UPDATE ON support_cancelled
           FOR EACH ROW WHEN (OLD.reversal_id IS NOT NULL) EXECUTE FUNCTION ledger_is_final()
--;
CREATE TRIGGER support_cancelled_remains BEFORE DELETE ON support_cancelled
           FOR EACH ROW EXECUTE FUNCTION ledger_is_final()
