CREATE TABLE prepaid_rule (
    community_id INTEGER NOT NULL,
    offered INTEGER NOT NULL,
    least_minor INTEGER NOT NULL,
    most_minor INTEGER NOT NULL,
    refunds INTEGER NOT NULL,
    konbini INTEGER NOT NULL,
    CONSTRAINT pk_prepaid_rule PRIMARY KEY (community_id),
    CONSTRAINT prepaid_rule_sums_are_bounded CHECK (least_minor >= 1 AND least_minor <= most_minor AND most_minor <= 100000000),
    CONSTRAINT fk_prepaid_rule_community_id FOREIGN KEY(community_id) REFERENCES community (id)
)
 STRICT
--;
CREATE TABLE prepaid_topup (
    id INTEGER NOT NULL,
    community_id INTEGER NOT NULL,
    member_id INTEGER NOT NULL,
    amount_minor INTEGER NOT NULL,
    currency TEXT NOT NULL,
    way TEXT NOT NULL,
    language TEXT NOT NULL,
    "key" TEXT NOT NULL,
    made_at TEXT NOT NULL,
    actor TEXT NOT NULL,
    paid_on TEXT,
    entry_id INTEGER,
    reversal_id INTEGER,
    taken_back_because TEXT,
    CONSTRAINT pk_prepaid_topup PRIMARY KEY (id),
    CONSTRAINT uq_prepaid_topup_community_id_key UNIQUE (community_id, "key"),
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
 STRICT
--;
CREATE INDEX prepaid_topup_by_member ON prepaid_topup (member_id)
--;
CREATE TABLE prepaid_back (
    id INTEGER NOT NULL,
    community_id INTEGER NOT NULL,
    member_id INTEGER NOT NULL,
    topup_id INTEGER,
    amount_minor INTEGER NOT NULL,
    billed_minor INTEGER DEFAULT 0 NOT NULL,
    currency TEXT NOT NULL,
    way TEXT NOT NULL,
    reason TEXT NOT NULL,
    given_on TEXT NOT NULL,
    "key" TEXT NOT NULL,
    done_at TEXT NOT NULL,
    actor TEXT NOT NULL,
    entry_id INTEGER,
    CONSTRAINT pk_prepaid_back PRIMARY KEY (id),
    CONSTRAINT uq_prepaid_back_community_id_key UNIQUE (community_id, "key"),
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
 STRICT
--;
CREATE INDEX prepaid_back_by_member ON prepaid_back (member_id)
--;
CREATE INDEX prepaid_back_by_topup ON prepaid_back (topup_id)
--;
CREATE TABLE prepaid_use (
    exchange_id INTEGER NOT NULL,
    member_id INTEGER NOT NULL,
    community_id INTEGER NOT NULL,
    amount_minor INTEGER NOT NULL,
    CONSTRAINT pk_prepaid_use PRIMARY KEY (exchange_id, member_id),
    CONSTRAINT fk_prepaid_use_exchange_id_community_id FOREIGN KEY(exchange_id, community_id) REFERENCES exchange (id, community_id),
    CONSTRAINT fk_prepaid_use_member_id_community_id FOREIGN KEY(member_id, community_id) REFERENCES member (id, community_id),
    CONSTRAINT prepaid_use_pays_something CHECK (amount_minor > 0)
)
 STRICT
--;
CREATE INDEX prepaid_use_by_member ON prepaid_use (member_id)
--;
CREATE TRIGGER prepaid_use_stays BEFORE UPDATE ON prepaid_use
           BEGIN SELECT RAISE(ABORT, 'prepaid_use_stays'); END
--;
CREATE TRIGGER prepaid_use_remains BEFORE DELETE ON prepaid_use
           BEGIN SELECT RAISE(ABORT, 'prepaid_use_stays'); END
--;
DROP TRIGGER support_visit_stays
--;
DROP INDEX support_visit_by_community
--;
ALTER TABLE support_visit RENAME TO support_visit_before
--;
CREATE TABLE support_visit (
    exchange_id INTEGER NOT NULL,
    community_id INTEGER NOT NULL,
    rate_id INTEGER NOT NULL,
    provider TEXT NOT NULL,
    pays_by TEXT,
    paid_minutes INTEGER NOT NULL,
    thanked_minutes INTEGER NOT NULL,
    begins_minute INTEGER,
    km INTEGER NOT NULL,
    first INTEGER NOT NULL,
    second INTEGER NOT NULL,
    currency TEXT NOT NULL,
    price_minor INTEGER NOT NULL,
    thanks_minor INTEGER NOT NULL,
    way_minor INTEGER NOT NULL,
    direct_minor INTEGER NOT NULL,
    to_fund_minor INTEGER NOT NULL,
    from_fund_minor INTEGER NOT NULL,
    tickets_minor INTEGER DEFAULT 0 NOT NULL,
    prepaid_minor INTEGER DEFAULT 0 NOT NULL,
    CONSTRAINT pk_support_visit PRIMARY KEY (exchange_id),
    CONSTRAINT fk_support_visit_exchange_id_community_id FOREIGN KEY(exchange_id, community_id) REFERENCES exchange (id, community_id),
    CONSTRAINT support_visit_provider_is_known CHECK (provider = 'group' OR provider = 'member'),
    CONSTRAINT support_visit_is_paid_by_something_known CHECK (pays_by = 'bill' OR pays_by = 'tickets' OR pays_by = 'prepaid'),
    CONSTRAINT support_visit_has_money_in_it CHECK (paid_minutes >= 0 AND thanked_minutes >= 0 AND paid_minutes + thanked_minutes > 0),
    CONSTRAINT support_visit_is_paid_by_something CHECK ((pays_by IS NULL) = (paid_minutes = 0) AND (paid_minutes > 0) = (price_minor > 0)),
    CONSTRAINT support_visit_tickets_are_of_the_price CHECK (tickets_minor BETWEEN 0 AND price_minor AND (tickets_minor > 0) = (coalesce(pays_by, '') = 'tickets')),
    CONSTRAINT support_visit_prepaid_is_of_the_price CHECK (prepaid_minor BETWEEN 0 AND price_minor AND (prepaid_minor > 0) = (coalesce(pays_by, '') = 'prepaid')),
    CONSTRAINT support_visit_begins_on_its_day CHECK (begins_minute BETWEEN 0 AND 1439),
    CONSTRAINT support_visit_goes_somewhere CHECK (km >= 0),
    CONSTRAINT support_visit_currency_has_three_letters CHECK (length(currency) = 3),
    CONSTRAINT support_visit_thanks_come_from_somewhere CHECK (thanks_minor >= 0 AND way_minor >= 0 AND direct_minor BETWEEN 0 AND price_minor AND direct_minor <= thanks_minor + way_minor AND (thanked_minutes > 0 OR thanks_minor = 0)),
    CONSTRAINT support_visit_keeps_hours_one_way CHECK (to_fund_minor >= 0 AND from_fund_minor >= 0 AND (to_fund_minor = 0 OR from_fund_minor = 0) AND (to_fund_minor = 0 OR paid_minutes > thanked_minutes) AND (from_fund_minor = 0 OR paid_minutes < thanked_minutes)),
    CONSTRAINT fk_support_visit_rate_id FOREIGN KEY(rate_id) REFERENCES support_rate (id)
)
 STRICT
--;
INSERT INTO support_visit (exchange_id, community_id, rate_id, provider, pays_by, paid_minutes, thanked_minutes, begins_minute, km, first, second, currency, price_minor, thanks_minor, way_minor, direct_minor, to_fund_minor, from_fund_minor, tickets_minor)
SELECT exchange_id, community_id, rate_id, provider, pays_by, paid_minutes, thanked_minutes, begins_minute, km, first, second, currency, price_minor, thanks_minor, way_minor, direct_minor, to_fund_minor, from_fund_minor, tickets_minor FROM support_visit_before
--;
DROP TRIGGER support_settled_stays
--;
DROP TRIGGER support_settled_remains
--;
DROP INDEX support_settled_by_month
--;
ALTER TABLE support_settled RENAME TO support_settled_before
--;
CREATE TABLE support_settled (
    id INTEGER NOT NULL,
    community_id INTEGER NOT NULL,
    month_id INTEGER NOT NULL,
    exchange_id INTEGER,
    expense_id INTEGER,
    back INTEGER NOT NULL,
    cancelled_id INTEGER,
    CONSTRAINT pk_support_settled PRIMARY KEY (id),
    CONSTRAINT fk_support_settled_month_id_community_id FOREIGN KEY(month_id, community_id) REFERENCES support_month (id, community_id),
    CONSTRAINT fk_support_settled_exchange_id FOREIGN KEY(exchange_id) REFERENCES support_visit (exchange_id),
    CONSTRAINT fk_support_settled_expense_id FOREIGN KEY(expense_id) REFERENCES support_expense (id),
    CONSTRAINT fk_support_settled_cancelled_id FOREIGN KEY(cancelled_id) REFERENCES support_cancelled (id),
    CONSTRAINT uq_support_settled_exchange_id_back UNIQUE (exchange_id, back),
    CONSTRAINT uq_support_settled_expense_id_back UNIQUE (expense_id, back),
    CONSTRAINT uq_support_settled_cancelled_id_back UNIQUE (cancelled_id, back),
    CONSTRAINT support_settled_is_one_of_the_three CHECK (coalesce(exchange_id, expense_id, cancelled_id) IS NOT NULL AND (exchange_id IS NULL OR expense_id IS NULL) AND (exchange_id IS NULL OR cancelled_id IS NULL) AND (expense_id IS NULL OR cancelled_id IS NULL))
)
 STRICT
--;
INSERT INTO support_settled (id, community_id, month_id, exchange_id, expense_id, back, cancelled_id)
SELECT id, community_id, month_id, exchange_id, expense_id, back, cancelled_id FROM support_settled_before
--;
DROP TRIGGER support_amended_stays
--;
DROP TRIGGER support_amended_remains
--;
ALTER TABLE support_amended RENAME TO support_amended_before
--;
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
INSERT INTO support_amended (exchange_id, by_id, community_id, amended_at, actor)
SELECT exchange_id, by_id, community_id, amended_at, actor FROM support_amended_before
--;
DROP TABLE support_amended_before
--;
DROP TABLE support_settled_before
--;
DROP TABLE support_visit_before
--;
CREATE INDEX support_visit_by_community ON support_visit (community_id, exchange_id)
--;
CREATE TRIGGER support_visit_stays BEFORE UPDATE ON support_visit
           BEGIN SELECT RAISE(ABORT, 'support_visit_stays'); END
--;
CREATE INDEX support_settled_by_month ON support_settled (month_id)
--;
CREATE TRIGGER support_settled_stays BEFORE UPDATE ON support_settled
           BEGIN SELECT RAISE(ABORT, 'support_month_is_closed'); END
--;
CREATE TRIGGER support_settled_remains BEFORE DELETE ON support_settled
           BEGIN SELECT RAISE(ABORT, 'support_month_is_closed'); END
--;
CREATE TRIGGER support_amended_stays BEFORE UPDATE ON support_amended
           BEGIN SELECT RAISE(ABORT, 'support_amended_stays'); END
--;
CREATE TRIGGER support_amended_remains BEFORE DELETE ON support_amended
           BEGIN SELECT RAISE(ABORT, 'support_amended_stays'); END
