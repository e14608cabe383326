CREATE TABLE ticket_rule (
    community_id BIGINT NOT NULL,
    refunds BOOLEAN NOT NULL,
    konbini BOOLEAN NOT NULL,
    limit_minor BIGINT NOT NULL,
    report_days TEXT NOT NULL,
    CONSTRAINT pk_ticket_rule PRIMARY KEY (community_id),
    CONSTRAINT ticket_rule_limit_is_bounded CHECK (limit_minor BETWEEN 1 AND 1000000000000),
    CONSTRAINT ticket_rule_days_are_short CHECK (length(report_days) BETWEEN 5 AND 100),
    CONSTRAINT fk_ticket_rule_community_id FOREIGN KEY(community_id) REFERENCES community (id)
)
--;
CREATE TABLE ticket_offer (
    id BIGSERIAL NOT NULL,
    community_id BIGINT NOT NULL,
    name TEXT NOT NULL,
    tickets BIGINT NOT NULL,
    face_minor BIGINT NOT NULL,
    currency TEXT NOT NULL,
    valid_months BIGINT,
    on_paper BOOLEAN NOT NULL,
    is_open BOOLEAN NOT NULL,
    made_at TIMESTAMP WITH TIME ZONE NOT NULL,
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
--;
CREATE INDEX ticket_offer_by_community ON ticket_offer (community_id)
--;
CREATE TABLE ticket_sale (
    id BIGSERIAL NOT NULL,
    community_id BIGINT NOT NULL,
    member_id BIGINT NOT NULL,
    offer_id BIGINT NOT NULL,
    amount_minor BIGINT NOT NULL,
    currency TEXT NOT NULL,
    way TEXT NOT NULL,
    language TEXT NOT NULL,
    key TEXT NOT NULL,
    made_at TIMESTAMP WITH TIME ZONE NOT NULL,
    actor TEXT NOT NULL,
    paid_on DATE,
    last_on DATE,
    entry_id BIGINT,
    reversal_id BIGINT,
    taken_back_because TEXT,
    CONSTRAINT pk_ticket_sale PRIMARY KEY (id),
    CONSTRAINT uq_ticket_sale_community_id_key UNIQUE (community_id, key),
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
--;
CREATE INDEX ticket_sale_by_member ON ticket_sale (member_id)
--;
CREATE TABLE ticket_back (
    id BIGSERIAL NOT NULL,
    community_id BIGINT NOT NULL,
    sale_id BIGINT NOT NULL,
    tickets BIGINT NOT NULL,
    amount_minor BIGINT NOT NULL,
    way TEXT NOT NULL,
    reason TEXT NOT NULL,
    given_on DATE NOT NULL,
    key TEXT NOT NULL,
    done_at TIMESTAMP WITH TIME ZONE NOT NULL,
    actor TEXT NOT NULL,
    entry_id BIGINT NOT NULL,
    CONSTRAINT pk_ticket_back PRIMARY KEY (id),
    CONSTRAINT uq_ticket_back_community_id_key UNIQUE (community_id, key),
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
--;
CREATE INDEX ticket_back_by_sale ON ticket_back (sale_id)
--;
CREATE TABLE ticket (
    id BIGSERIAL NOT NULL,
    community_id BIGINT NOT NULL,
    sale_id BIGINT NOT NULL,
    number BIGINT NOT NULL,
    gone TEXT,
    gone_on DATE,
    CONSTRAINT pk_ticket PRIMARY KEY (id),
    CONSTRAINT uq_ticket_community_id_number UNIQUE (community_id, number),
    CONSTRAINT uq_ticket_id_community_id UNIQUE (id, community_id),
    CONSTRAINT fk_ticket_sale_id_community_id FOREIGN KEY(sale_id, community_id) REFERENCES ticket_sale (id, community_id),
    CONSTRAINT ticket_number_counts CHECK (number > 0),
    CONSTRAINT ticket_is_gone_for_a_reason CHECK ((gone = 'back' OR gone = 'lapsed' OR gone = 'mistake') AND (gone IS NULL) = (gone_on IS NULL))
)
--;
CREATE INDEX ticket_by_sale ON ticket (sale_id)
--;
CREATE TABLE ticket_use (
    ticket_id BIGINT NOT NULL,
    exchange_id BIGINT NOT NULL,
    community_id BIGINT NOT NULL,
    CONSTRAINT pk_ticket_use PRIMARY KEY (ticket_id, exchange_id),
    CONSTRAINT fk_ticket_use_ticket_id_community_id FOREIGN KEY(ticket_id, community_id) REFERENCES ticket (id, community_id),
    CONSTRAINT fk_ticket_use_exchange_id_community_id FOREIGN KEY(exchange_id, community_id) REFERENCES exchange (id, community_id)
)
--;
CREATE INDEX ticket_use_by_exchange ON ticket_use (exchange_id)
--;
CREATE TRIGGER ticket_stays BEFORE UPDATE OF community_id, sale_id, number ON ticket
           FOR EACH ROW EXECUTE FUNCTION ledger_is_final()
--;
CREATE TRIGGER ticket_remains BEFORE DELETE ON ticket
           FOR EACH ROW EXECUTE FUNCTION ledger_is_final()
--;
CREATE FUNCTION ticket_is_used_once() RETURNS trigger LANGUAGE plpgsql
           SET search_path = public, pg_temp AS $$
           BEGIN
             PERFORM 1 FROM ticket WHERE id = NEW.ticket_id FOR UPDATE;
             IF EXISTS (
                 SELECT 1 FROM ticket_use u JOIN exchange x ON x.id = u.exchange_id AND x.state = 'confirmed'
                 WHERE u.ticket_id = NEW.ticket_id)
               OR EXISTS (SELECT 1 FROM ticket WHERE id = NEW.ticket_id AND gone IS NOT NULL) THEN
               RAISE EXCEPTION 'ticket_is_used_once'
                 USING ERRCODE = '23514', CONSTRAINT = 'ticket_is_used_once';
             END IF;
             RETURN NEW;
           END $$
--;
CREATE TRIGGER ticket_is_used_once BEFORE INSERT ON ticket_use
           FOR EACH ROW EXECUTE FUNCTION ticket_is_used_once()
--;
CREATE TRIGGER ticket_use_stays BEFORE UPDATE OR DELETE ON ticket_use
           FOR EACH ROW EXECUTE FUNCTION ledger_is_final()
--;
ALTER TABLE support_visit ADD COLUMN tickets_minor BIGINT DEFAULT 0 NOT NULL
--;
ALTER TABLE support_visit DROP CONSTRAINT support_visit_is_paid_by_something_known
--;
ALTER TABLE support_visit ADD CONSTRAINT support_visit_is_paid_by_something_known CHECK (pays_by = 'bill' OR pays_by = 'tickets')
--;
ALTER TABLE support_visit ADD CONSTRAINT support_visit_tickets_are_of_the_price CHECK (tickets_minor BETWEEN 0 AND price_minor AND (tickets_minor > 0) = (coalesce(pays_by, '') = 'tickets'))
