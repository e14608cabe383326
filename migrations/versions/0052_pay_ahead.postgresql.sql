CREATE TABLE prepaid_rule (
    community_id BIGINT NOT NULL,
    offered BOOLEAN NOT NULL,
    least_minor BIGINT NOT NULL,
    most_minor BIGINT NOT NULL,
    refunds BOOLEAN NOT NULL,
    konbini BOOLEAN NOT NULL,
    CONSTRAINT pk_prepaid_rule PRIMARY KEY (community_id),
    CONSTRAINT prepaid_rule_sums_are_bounded CHECK (least_minor >= 1 AND least_minor <= most_minor AND most_minor <= 100000000),
    CONSTRAINT fk_prepaid_rule_community_id FOREIGN KEY(community_id) REFERENCES community (id)
)
--;
CREATE TABLE prepaid_topup (
    id BIGSERIAL NOT NULL,
    community_id BIGINT NOT NULL,
    member_id BIGINT NOT NULL,
    amount_minor BIGINT NOT NULL,
    currency TEXT NOT NULL,
    way TEXT NOT NULL,
    language TEXT NOT NULL,
    key TEXT NOT NULL,
    made_at TIMESTAMP WITH TIME ZONE NOT NULL,
    actor TEXT NOT NULL,
    paid_on DATE,
    entry_id BIGINT,
    reversal_id BIGINT,
    taken_back_because TEXT,
    CONSTRAINT pk_prepaid_topup PRIMARY KEY (id),
    CONSTRAINT uq_prepaid_topup_community_id_key UNIQUE (community_id, key),
    CONSTRAINT uq_prepaid_topup_id_community_id UNIQUE (id, community_id),
    CONSTRAINT uq_prepaid_topup_entry_id UNIQUE (entry_id),
    CONSTRAINT fk_prepaid_topup_member_id_community_id FOREIGN KEY(member_id, community_id) REFERENCES member (id, community_id),
    CONSTRAINT prepaid_topup_way_is_known CHECK (way = 'stripe' OR way = 'cash' OR way = 'transfer'),
    CONSTRAINT prepaid_topup_amount_is_bounded CHECK (amount_minor BETWEEN 1 AND 100000000),
    CONSTRAINT prepaid_topup_currency_has_three_letters CHECK (length(currency) = 3),
    CONSTRAINT prepaid_topup_language_is_known CHECK (language IN ('en', 'ja')),
    CONSTRAINT prepaid_topup_key_is_short CHECK (length(key) BETWEEN 1 AND 300),
    CONSTRAINT prepaid_topup_has_an_actor CHECK (length(actor) BETWEEN 1 AND 200),
    CONSTRAINT prepaid_topup_by_hand_is_booked CHECK ((entry_id IS NULL) = (way = 'stripe') AND (way = 'stripe' OR paid_on IS NOT NULL)),
    CONSTRAINT prepaid_topup_is_taken_back_for_a_reason CHECK ((reversal_id IS NULL) = (taken_back_because IS NULL) AND length(taken_back_because) BETWEEN 1 AND 500),
    CONSTRAINT fk_prepaid_topup_entry_id FOREIGN KEY(entry_id) REFERENCES entry (id),
    CONSTRAINT fk_prepaid_topup_reversal_id FOREIGN KEY(reversal_id) REFERENCES entry (id)
)
--;
CREATE INDEX prepaid_topup_by_member ON prepaid_topup (member_id)
--;
CREATE TABLE prepaid_back (
    id BIGSERIAL NOT NULL,
    community_id BIGINT NOT NULL,
    member_id BIGINT NOT NULL,
    topup_id BIGINT,
    amount_minor BIGINT NOT NULL,
    billed_minor BIGINT DEFAULT 0 NOT NULL,
    currency TEXT NOT NULL,
    way TEXT NOT NULL,
    reason TEXT NOT NULL,
    given_on DATE NOT NULL,
    key TEXT NOT NULL,
    done_at TIMESTAMP WITH TIME ZONE NOT NULL,
    actor TEXT NOT NULL,
    entry_id BIGINT,
    CONSTRAINT pk_prepaid_back PRIMARY KEY (id),
    CONSTRAINT uq_prepaid_back_community_id_key UNIQUE (community_id, key),
    CONSTRAINT uq_prepaid_back_entry_id UNIQUE (entry_id),
    CONSTRAINT fk_prepaid_back_member_id_community_id FOREIGN KEY(member_id, community_id) REFERENCES member (id, community_id),
    CONSTRAINT fk_prepaid_back_topup_id_community_id FOREIGN KEY(topup_id, community_id) REFERENCES prepaid_topup (id, community_id),
    CONSTRAINT prepaid_back_way_is_known CHECK (way = 'stripe' OR way = 'cash' OR way = 'transfer'),
    CONSTRAINT prepaid_back_by_hand_is_booked CHECK ((way = 'stripe') = (entry_id IS NULL) AND (way = 'stripe') = (topup_id IS NOT NULL)),
    CONSTRAINT prepaid_back_amount_is_bounded CHECK (amount_minor BETWEEN 1 AND 100000000 AND billed_minor BETWEEN 0 AND amount_minor AND (billed_minor = 0 OR way = 'stripe')),
    CONSTRAINT prepaid_back_currency_has_three_letters CHECK (length(currency) = 3),
    CONSTRAINT prepaid_back_has_a_short_reason CHECK (length(reason) <= 500 AND (way = 'stripe') = (reason = '')),
    CONSTRAINT prepaid_back_key_is_short CHECK (length(key) BETWEEN 1 AND 300),
    CONSTRAINT prepaid_back_has_an_actor CHECK (length(actor) BETWEEN 1 AND 200),
    CONSTRAINT fk_prepaid_back_entry_id FOREIGN KEY(entry_id) REFERENCES entry (id)
)
--;
CREATE INDEX prepaid_back_by_member ON prepaid_back (member_id)
--;
CREATE INDEX prepaid_back_by_topup ON prepaid_back (topup_id)
--;
CREATE TABLE prepaid_use (
    exchange_id BIGINT NOT NULL,
    member_id BIGINT NOT NULL,
    community_id BIGINT NOT NULL,
    amount_minor BIGINT NOT NULL,
    CONSTRAINT pk_prepaid_use PRIMARY KEY (exchange_id, member_id),
    CONSTRAINT fk_prepaid_use_exchange_id_community_id FOREIGN KEY(exchange_id, community_id) REFERENCES exchange (id, community_id),
    CONSTRAINT fk_prepaid_use_member_id_community_id FOREIGN KEY(member_id, community_id) REFERENCES member (id, community_id),
    CONSTRAINT prepaid_use_pays_something CHECK (amount_minor > 0)
)
--;
CREATE INDEX prepaid_use_by_member ON prepaid_use (member_id)
--;
CREATE TRIGGER prepaid_use_stays BEFORE UPDATE OR DELETE ON prepaid_use
           FOR EACH ROW EXECUTE FUNCTION ledger_is_final()
--;
ALTER TABLE support_visit ADD COLUMN prepaid_minor BIGINT DEFAULT 0 NOT NULL
--;
ALTER TABLE support_visit DROP CONSTRAINT support_visit_is_paid_by_something_known
--;
ALTER TABLE support_visit ADD CONSTRAINT support_visit_is_paid_by_something_known CHECK (pays_by = 'bill' OR pays_by = 'tickets' OR pays_by = 'prepaid')
--;
ALTER TABLE support_visit ADD CONSTRAINT support_visit_prepaid_is_of_the_price CHECK (prepaid_minor BETWEEN 0 AND price_minor AND (prepaid_minor > 0) = (coalesce(pays_by, '') = 'prepaid'))
