CREATE TABLE ticket_rule (
    community_id INTEGER NOT NULL,
    refunds INTEGER NOT NULL,
    konbini INTEGER NOT NULL,
    limit_minor INTEGER NOT NULL,
    report_days TEXT NOT NULL,
    CONSTRAINT pk_ticket_rule PRIMARY KEY (community_id),
    CONSTRAINT ticket_rule_limit_is_bounded CHECK (limit_minor BETWEEN 1 AND 1000000000000),
    CONSTRAINT ticket_rule_days_are_short CHECK (length(report_days) BETWEEN 5 AND 100),
    CONSTRAINT fk_ticket_rule_community_id FOREIGN KEY(community_id) REFERENCES community (id)
)
 STRICT
--;
CREATE TABLE ticket_offer (
    id INTEGER NOT NULL,
    community_id INTEGER NOT NULL,
    name TEXT NOT NULL,
    tickets INTEGER NOT NULL,
    face_minor INTEGER NOT NULL,
    currency TEXT NOT NULL,
    valid_months INTEGER,
    on_paper INTEGER NOT NULL,
    is_open INTEGER NOT NULL,
    made_at TEXT NOT NULL,
    actor TEXT NOT NULL,
    CONSTRAINT pk_ticket_offer PRIMARY KEY (id),
    CONSTRAINT uq_ticket_offer_id_community_id UNIQUE (id, community_id),
    CONSTRAINT ticket_offer_name_is_short CHECK (length(name) BETWEEN 1 AND 100),
    CONSTRAINT ticket_offer_tickets_are_bounded CHECK (tickets BETWEEN 1 AND 100),
    CONSTRAINT ticket_offer_face_is_bounded CHECK (face_minor BETWEEN 1 AND 1000000),
    CONSTRAINT ticket_offer_months_are_bounded CHECK (valid_months BETWEEN 1 AND 120),
    CONSTRAINT ticket_offer_currency_has_three_letters CHECK (length(currency) = 3),
    CONSTRAINT ticket_offer_has_an_actor CHECK (length(actor) BETWEEN 1 AND 200),
    CONSTRAINT fk_ticket_offer_community_id FOREIGN KEY(community_id) REFERENCES community (id)
)
 STRICT
--;
CREATE INDEX ticket_offer_by_community ON ticket_offer (community_id)
--;
CREATE TABLE ticket_sale (
    id INTEGER NOT NULL,
    community_id INTEGER NOT NULL,
    member_id INTEGER NOT NULL,
    offer_id INTEGER NOT NULL,
    amount_minor INTEGER NOT NULL,
    currency TEXT NOT NULL,
    way TEXT NOT NULL,
    language TEXT NOT NULL,
    "key" TEXT NOT NULL,
    made_at TEXT NOT NULL,
    actor TEXT NOT NULL,
    paid_on TEXT,
    last_on TEXT,
    entry_id INTEGER,
    reversal_id INTEGER,
    taken_back_because TEXT,
    CONSTRAINT pk_ticket_sale PRIMARY KEY (id),
    CONSTRAINT uq_ticket_sale_community_id_key UNIQUE (community_id, "key"),
    CONSTRAINT uq_ticket_sale_id_community_id UNIQUE (id, community_id),
    CONSTRAINT uq_ticket_sale_entry_id UNIQUE (entry_id),
    CONSTRAINT fk_ticket_sale_member_id_community_id FOREIGN KEY(member_id, community_id) REFERENCES member (id, community_id),
    CONSTRAINT fk_ticket_sale_offer_id_community_id FOREIGN KEY(offer_id, community_id) REFERENCES ticket_offer (id, community_id),
    CONSTRAINT ticket_sale_way_is_known CHECK (way = 'stripe' OR way = 'cash' OR way = 'transfer'),
    CONSTRAINT ticket_sale_costs_something CHECK (amount_minor > 0),
    CONSTRAINT ticket_sale_currency_has_three_letters CHECK (length(currency) = 3),
    CONSTRAINT ticket_sale_language_is_known CHECK (language IN ('en', 'ja')),
    CONSTRAINT ticket_sale_key_is_short CHECK (length(key) BETWEEN 1 AND 300),
    CONSTRAINT ticket_sale_has_an_actor CHECK (length(actor) BETWEEN 1 AND 200),
    CONSTRAINT ticket_sale_by_hand_is_booked CHECK ((entry_id IS NULL) = (way = 'stripe') AND (way = 'stripe' OR paid_on IS NOT NULL)),
    CONSTRAINT ticket_sale_lasts_some_time CHECK (last_on IS NULL OR last_on >= paid_on),
    CONSTRAINT ticket_sale_is_taken_back_for_a_reason CHECK ((reversal_id IS NULL) = (taken_back_because IS NULL) AND length(taken_back_because) BETWEEN 1 AND 500),
    CONSTRAINT fk_ticket_sale_entry_id FOREIGN KEY(entry_id) REFERENCES entry (id),
    CONSTRAINT fk_ticket_sale_reversal_id FOREIGN KEY(reversal_id) REFERENCES entry (id)
)
 STRICT
--;
CREATE INDEX ticket_sale_by_member ON ticket_sale (member_id)
--;
CREATE TABLE ticket_back (
    id INTEGER NOT NULL,
    community_id INTEGER NOT NULL,
    sale_id INTEGER NOT NULL,
    tickets INTEGER NOT NULL,
    amount_minor INTEGER NOT NULL,
    way TEXT NOT NULL,
    reason TEXT NOT NULL,
    given_on TEXT NOT NULL,
    "key" TEXT NOT NULL,
    done_at TEXT NOT NULL,
    actor TEXT NOT NULL,
    entry_id INTEGER NOT NULL,
    CONSTRAINT pk_ticket_back PRIMARY KEY (id),
    CONSTRAINT uq_ticket_back_community_id_key UNIQUE (community_id, "key"),
    CONSTRAINT uq_ticket_back_entry_id UNIQUE (entry_id),
    CONSTRAINT fk_ticket_back_sale_id_community_id FOREIGN KEY(sale_id, community_id) REFERENCES ticket_sale (id, community_id),
    CONSTRAINT ticket_back_tickets_are_bounded CHECK (tickets BETWEEN 1 AND 100),
    CONSTRAINT ticket_back_gives_something_back CHECK (amount_minor > 0),
    CONSTRAINT ticket_back_way_is_known CHECK (way = 'cash' OR way = 'transfer'),
    CONSTRAINT ticket_back_has_a_short_reason CHECK (length(reason) BETWEEN 1 AND 500),
    CONSTRAINT ticket_back_key_is_short CHECK (length(key) BETWEEN 1 AND 300),
    CONSTRAINT ticket_back_has_an_actor CHECK (length(actor) BETWEEN 1 AND 200),
    CONSTRAINT fk_ticket_back_entry_id FOREIGN KEY(entry_id) REFERENCES entry (id)
)
 STRICT
--;
CREATE INDEX ticket_back_by_sale ON ticket_back (sale_id)
--;
CREATE TABLE ticket (
    id INTEGER NOT NULL,
    community_id INTEGER NOT NULL,
    sale_id INTEGER NOT NULL,
    number INTEGER NOT NULL,
    gone TEXT,
    gone_on TEXT,
    CONSTRAINT pk_ticket PRIMARY KEY (id),
    CONSTRAINT uq_ticket_community_id_number UNIQUE (community_id, number),
    CONSTRAINT uq_ticket_id_community_id UNIQUE (id, community_id),
    CONSTRAINT fk_ticket_sale_id_community_id FOREIGN KEY(sale_id, community_id) REFERENCES ticket_sale (id, community_id),
    CONSTRAINT ticket_number_counts CHECK (number > 0),
    CONSTRAINT ticket_is_gone_for_a_reason CHECK ((gone = 'back' OR gone = 'lapsed' OR gone = 'mistake') AND (gone IS NULL) = (gone_on IS NULL))
)
 STRICT
--;
CREATE INDEX ticket_by_sale ON ticket (sale_id)
--;
CREATE TABLE ticket_use (
    ticket_id INTEGER NOT NULL,
    exchange_id INTEGER NOT NULL,
    community_id INTEGER NOT NULL,
    CONSTRAINT pk_ticket_use PRIMARY KEY (ticket_id, exchange_id),
    CONSTRAINT fk_ticket_use_ticket_id_community_id FOREIGN KEY(ticket_id, community_id) REFERENCES ticket (id, community_id),
    CONSTRAINT fk_ticket_use_exchange_id_community_id FOREIGN KEY(exchange_id, community_id) REFERENCES exchange (id, community_id)
)
 STRICT
--;
CREATE INDEX ticket_use_by_exchange ON ticket_use (exchange_id)
--;
CREATE TRIGGER ticket_stays BEFORE UPDATE OF community_id, sale_id, number ON ticket
           BEGIN SELECT RAISE(ABORT, 'ticket_stays'); END
--;
CREATE TRIGGER ticket_remains BEFORE DELETE ON ticket
           BEGIN SELECT RAISE(ABORT, 'ticket_stays'); END
--;
CREATE TRIGGER ticket_is_used_once BEFORE INSERT ON ticket_use
           WHEN EXISTS (
                 SELECT 1 FROM ticket_use u JOIN exchange x ON x.id = u.exchange_id AND x.state = 'confirmed'
                 WHERE u.ticket_id = NEW.ticket_id)
               OR EXISTS (SELECT 1 FROM ticket WHERE id = NEW.ticket_id AND gone IS NOT NULL)
           BEGIN SELECT RAISE(ABORT, 'ticket_is_used_once'); END
--;
CREATE TRIGGER ticket_use_stays BEFORE UPDATE ON ticket_use
           BEGIN SELECT RAISE(ABORT, 'ticket_use_stays'); END
--;
CREATE TRIGGER ticket_use_remains BEFORE DELETE ON ticket_use
           BEGIN SELECT RAISE(ABORT, 'ticket_use_stays'); END
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
    CONSTRAINT pk_support_visit PRIMARY KEY (exchange_id),
    CONSTRAINT fk_support_visit_exchange_id_community_id FOREIGN KEY(exchange_id, community_id) REFERENCES exchange (id, community_id),
    CONSTRAINT support_visit_provider_is_known CHECK (provider = 'group' OR provider = 'member'),
    CONSTRAINT support_visit_is_paid_by_something_known CHECK (pays_by = 'bill' OR pays_by = 'tickets'),
    CONSTRAINT support_visit_has_money_in_it CHECK (paid_minutes >= 0 AND thanked_minutes >= 0 AND paid_minutes + thanked_minutes > 0),
    CONSTRAINT support_visit_is_paid_by_something CHECK ((pays_by IS NULL) = (paid_minutes = 0) AND (paid_minutes > 0) = (price_minor > 0)),
    CONSTRAINT support_visit_tickets_are_of_the_price CHECK (tickets_minor BETWEEN 0 AND price_minor AND (tickets_minor > 0) = (coalesce(pays_by, '') = 'tickets')),
    CONSTRAINT support_visit_begins_on_its_day CHECK (begins_minute BETWEEN 0 AND 1439),
    CONSTRAINT support_visit_goes_somewhere CHECK (km >= 0),
    CONSTRAINT support_visit_currency_has_three_letters CHECK (length(currency) = 3),
    CONSTRAINT support_visit_thanks_come_from_somewhere CHECK (thanks_minor >= 0 AND way_minor >= 0 AND direct_minor BETWEEN 0 AND price_minor AND direct_minor <= thanks_minor + way_minor AND (thanked_minutes > 0 OR thanks_minor = 0)),
    CONSTRAINT support_visit_keeps_hours_one_way CHECK (to_fund_minor >= 0 AND from_fund_minor >= 0 AND (to_fund_minor = 0 OR from_fund_minor = 0) AND (to_fund_minor = 0 OR paid_minutes > thanked_minutes) AND (from_fund_minor = 0 OR paid_minutes < thanked_minutes)),
    CONSTRAINT fk_support_visit_rate_id FOREIGN KEY(rate_id) REFERENCES support_rate (id)
)
 STRICT
--;
CREATE INDEX support_visit_by_community ON support_visit (community_id, exchange_id)
--;
INSERT INTO support_visit (exchange_id, community_id, rate_id, provider, pays_by, paid_minutes, thanked_minutes, begins_minute, km, first, second, currency, price_minor, thanks_minor, way_minor, direct_minor, to_fund_minor, from_fund_minor)
SELECT exchange_id, community_id, rate_id, provider, pays_by, paid_minutes, thanked_minutes, begins_minute, km, first, second, currency, price_minor, thanks_minor, way_minor, direct_minor, to_fund_minor, from_fund_minor FROM support_visit_before
--;
DROP TABLE support_visit_before
--;
CREATE TRIGGER support_visit_stays BEFORE UPDATE ON support_visit
           BEGIN SELECT RAISE(ABORT, 'support_visit_stays'); END
