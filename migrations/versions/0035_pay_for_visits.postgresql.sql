ALTER TABLE support_terms ADD COLUMN general_pays BOOLEAN DEFAULT false NOT NULL
--;
CREATE TABLE support_visit (
    exchange_id BIGINT NOT NULL,
    community_id BIGINT NOT NULL,
    rate_id BIGINT NOT NULL,
    provider TEXT NOT NULL,
    pays_by TEXT,
    paid_minutes BIGINT NOT NULL,
    thanked_minutes BIGINT NOT NULL,
    begins_minute BIGINT,
    km BIGINT NOT NULL,
    first BOOLEAN NOT NULL,
    second BOOLEAN NOT NULL,
    currency TEXT NOT NULL,
    price_minor BIGINT NOT NULL,
    thanks_minor BIGINT NOT NULL,
    way_minor BIGINT NOT NULL,
    direct_minor BIGINT NOT NULL,
    to_fund_minor BIGINT NOT NULL,
    from_fund_minor BIGINT NOT NULL,
    CONSTRAINT pk_support_visit PRIMARY KEY (exchange_id),
    CONSTRAINT fk_support_visit_exchange_id_community_id FOREIGN KEY(exchange_id, community_id) REFERENCES exchange (id, community_id),
    CONSTRAINT support_visit_provider_is_known CHECK (provider = 'group' OR provider = 'member'),
    CONSTRAINT support_visit_is_paid_by_something_known CHECK (pays_by = 'bill'),
    CONSTRAINT support_visit_has_money_in_it CHECK (paid_minutes >= 0 AND thanked_minutes >= 0 AND paid_minutes + thanked_minutes > 0),
    CONSTRAINT support_visit_is_paid_by_something CHECK ((pays_by IS NULL) = (paid_minutes = 0) AND (paid_minutes > 0) = (price_minor > 0)),
    CONSTRAINT support_visit_begins_on_its_day CHECK (begins_minute BETWEEN 0 AND 1439),
    CONSTRAINT support_visit_goes_somewhere CHECK (km >= 0),
    CONSTRAINT support_visit_currency_has_three_letters CHECK (length(currency) = 3),
    CONSTRAINT support_visit_thanks_come_from_somewhere CHECK (thanks_minor >= 0 AND way_minor >= 0 AND direct_minor BETWEEN 0 AND price_minor AND direct_minor <= thanks_minor + way_minor AND (thanked_minutes > 0 OR thanks_minor = 0)),
    CONSTRAINT support_visit_keeps_hours_one_way CHECK (to_fund_minor >= 0 AND from_fund_minor >= 0 AND (to_fund_minor = 0 OR from_fund_minor = 0) AND (to_fund_minor = 0 OR paid_minutes > thanked_minutes) AND (from_fund_minor = 0 OR paid_minutes < thanked_minutes)),
    CONSTRAINT fk_support_visit_rate_id FOREIGN KEY(rate_id) REFERENCES support_rate (id)
)
--;
CREATE INDEX support_visit_by_community ON support_visit (community_id, exchange_id)
--;
CREATE TABLE support_paid (
    id BIGSERIAL NOT NULL,
    community_id BIGINT NOT NULL,
    member_id BIGINT NOT NULL,
    what TEXT NOT NULL,
    amount_minor BIGINT NOT NULL,
    currency TEXT NOT NULL,
    way TEXT NOT NULL,
    paid_on DATE NOT NULL,
    key TEXT NOT NULL,
    done_at TIMESTAMP WITH TIME ZONE NOT NULL,
    actor TEXT NOT NULL,
    entry_id BIGINT NOT NULL,
    reversal_id BIGINT,
    taken_back_because TEXT,
    CONSTRAINT pk_support_paid PRIMARY KEY (id),
    CONSTRAINT uq_support_paid_community_id_key UNIQUE (community_id, key),
    CONSTRAINT uq_support_paid_entry_id UNIQUE (entry_id),
    CONSTRAINT fk_support_paid_member_id_community_id FOREIGN KEY(member_id, community_id) REFERENCES member (id, community_id),
    CONSTRAINT support_paid_what_is_known CHECK (what = 'owed' OR what = 'thanks'),
    CONSTRAINT support_paid_way_is_known CHECK (way = 'cash' OR way = 'transfer'),
    CONSTRAINT support_paid_amount_is_bounded CHECK (amount_minor BETWEEN 1 AND 10000000000),
    CONSTRAINT support_paid_currency_has_three_letters CHECK (length(currency) = 3),
    CONSTRAINT support_paid_key_is_short CHECK (length(key) BETWEEN 1 AND 300),
    CONSTRAINT support_paid_has_an_actor CHECK (length(actor) BETWEEN 1 AND 200),
    CONSTRAINT support_paid_is_taken_back_for_a_reason CHECK ((reversal_id IS NULL) = (taken_back_because IS NULL)),
    CONSTRAINT support_paid_reason_is_short CHECK (length(taken_back_because) BETWEEN 1 AND 500),
    CONSTRAINT fk_support_paid_entry_id FOREIGN KEY(entry_id) REFERENCES entry (id),
    CONSTRAINT fk_support_paid_reversal_id FOREIGN KEY(reversal_id) REFERENCES entry (id)
)
--;
CREATE INDEX support_paid_by_member ON support_paid (member_id)
--;
CREATE TRIGGER support_visit_stays BEFORE UPDATE ON support_visit
           FOR EACH ROW EXECUTE FUNCTION ledger_is_final()
