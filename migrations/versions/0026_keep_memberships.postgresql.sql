CREATE TABLE membership_rule (
    community_id BIGINT NOT NULL,
    years TEXT NOT NULL,
    early_days BIGINT NOT NULL,
    grace_days BIGINT NOT NULL,
    days_before BIGINT NOT NULL,
    days_after BIGINT NOT NULL,
    bank TEXT NOT NULL,
    post_office TEXT NOT NULL,
    konbini BOOLEAN NOT NULL,
    CONSTRAINT pk_membership_rule PRIMARY KEY (community_id),
    CONSTRAINT membership_rule_years_are_known CHECK (years = 'fiscal' OR years = 'rolling'),
    CONSTRAINT membership_rule_early_is_bounded CHECK (early_days BETWEEN 0 AND 183),
    CONSTRAINT membership_rule_grace_is_bounded CHECK (grace_days BETWEEN 0 AND 366),
    CONSTRAINT membership_rule_before_is_bounded CHECK (days_before BETWEEN 0 AND 183),
    CONSTRAINT membership_rule_after_is_bounded CHECK (days_after BETWEEN 0 AND 183),
    CONSTRAINT membership_rule_bank_is_short CHECK (length(bank) <= 500),
    CONSTRAINT membership_rule_post_is_short CHECK (length(post_office) <= 500),
    CONSTRAINT fk_membership_rule_community_id FOREIGN KEY(community_id) REFERENCES community (id)
)
--;
CREATE TABLE plan (
    id BIGSERIAL NOT NULL,
    community_id BIGINT NOT NULL,
    slug TEXT NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    words TEXT NOT NULL,
    fee_minor BIGINT NOT NULL,
    for_kind TEXT NOT NULL,
    carries TEXT NOT NULL,
    refund TEXT NOT NULL,
    open BOOLEAN NOT NULL,
    CONSTRAINT pk_plan PRIMARY KEY (id),
    CONSTRAINT uq_plan_community_id_slug UNIQUE (community_id, slug),
    CONSTRAINT uq_plan_community_id_name UNIQUE (community_id, name),
    CONSTRAINT uq_plan_id_community_id UNIQUE (id, community_id),
    CONSTRAINT plan_slug_is_short CHECK (length(slug) BETWEEN 2 AND 40),
    CONSTRAINT plan_slug_is_lower_case CHECK (slug = lower(slug)),
    CONSTRAINT plan_name_is_short CHECK (length(name) BETWEEN 1 AND 60),
    CONSTRAINT plan_words_are_short CHECK (length(words) <= 500),
    CONSTRAINT plan_refund_is_short CHECK (length(refund) <= 500),
    CONSTRAINT plan_fee_is_bounded CHECK (fee_minor BETWEEN 0 AND 100000000),
    CONSTRAINT plan_is_for_a_kind_of_member CHECK (for_kind = 'person' OR for_kind = 'household' OR for_kind = 'organisation'),
    CONSTRAINT plan_carries_something CHECK (carries = 'vote' OR carries = 'supporter'),
    CONSTRAINT fk_plan_community_id FOREIGN KEY(community_id) REFERENCES community (id)
)
--;
CREATE TABLE plan_event (
    id BIGSERIAL NOT NULL,
    plan_id BIGINT NOT NULL,
    community_id BIGINT NOT NULL,
    happened_at TIMESTAMP WITH TIME ZONE NOT NULL,
    actor TEXT NOT NULL,
    what TEXT NOT NULL,
    before_minor BIGINT,
    after_minor BIGINT,
    CONSTRAINT pk_plan_event PRIMARY KEY (id),
    CONSTRAINT fk_plan_event_plan_id_community_id FOREIGN KEY(plan_id, community_id) REFERENCES plan (id, community_id),
    CONSTRAINT plan_event_what_is_known CHECK (what = 'opened' OR what = 'changed' OR what = 'closed' OR what = 'reopened'),
    CONSTRAINT plan_event_has_an_actor CHECK (length(actor) BETWEEN 1 AND 200)
)
--;
CREATE INDEX plan_event_by_plan ON plan_event (plan_id, id)
--;
CREATE TABLE fee (
    id BIGSERIAL NOT NULL,
    community_id BIGINT NOT NULL,
    member_id BIGINT NOT NULL,
    payer_id BIGINT,
    plan_id BIGINT NOT NULL,
    years BIGINT NOT NULL,
    amount_minor BIGINT NOT NULL,
    currency TEXT NOT NULL,
    way TEXT NOT NULL,
    language TEXT NOT NULL,
    key TEXT NOT NULL,
    made_at TIMESTAMP WITH TIME ZONE NOT NULL,
    actor TEXT NOT NULL,
    paid_on DATE,
    back_minor BIGINT NOT NULL,
    entry_id BIGINT,
    reversal_id BIGINT,
    taken_back_on DATE,
    taken_back_because TEXT,
    CONSTRAINT pk_fee PRIMARY KEY (id),
    CONSTRAINT uq_fee_community_id_key UNIQUE (community_id, key),
    CONSTRAINT uq_fee_id_community_id UNIQUE (id, community_id),
    CONSTRAINT uq_fee_entry_id UNIQUE (entry_id),
    CONSTRAINT uq_fee_reversal_id UNIQUE (reversal_id),
    CONSTRAINT fk_fee_member_id_community_id FOREIGN KEY(member_id, community_id) REFERENCES member (id, community_id),
    CONSTRAINT fk_fee_payer_id_community_id FOREIGN KEY(payer_id, community_id) REFERENCES member (id, community_id),
    CONSTRAINT fk_fee_plan_id_community_id FOREIGN KEY(plan_id, community_id) REFERENCES plan (id, community_id),
    CONSTRAINT fee_way_is_known CHECK (way = 'stripe' OR way = 'cash' OR way = 'transfer' OR way = 'free'),
    CONSTRAINT fee_years_are_bounded CHECK (years BETWEEN 1 AND 10),
    CONSTRAINT fee_amount_is_bounded CHECK (amount_minor BETWEEN 0 AND 1000000000),
    CONSTRAINT fee_is_free_or_is_paid CHECK ((amount_minor = 0) = (way = 'free')),
    CONSTRAINT fee_gives_back_what_was_paid CHECK (back_minor BETWEEN 0 AND amount_minor),
    CONSTRAINT fee_by_hand_is_booked_at_once CHECK ((way = 'cash' OR way = 'transfer') = (entry_id IS NOT NULL)),
    CONSTRAINT fee_by_hand_is_paid CHECK (way = 'stripe' OR paid_on IS NOT NULL),
    CONSTRAINT fee_is_taken_back_for_a_reason CHECK ((taken_back_because IS NOT NULL) = (taken_back_on IS NOT NULL)),
    CONSTRAINT fee_is_reversed_where_it_was_booked CHECK (reversal_id IS NULL OR (entry_id IS NOT NULL AND taken_back_on IS NOT NULL)),
    CONSTRAINT fee_reason_is_short CHECK (length(taken_back_because) BETWEEN 1 AND 500),
    CONSTRAINT fee_currency_has_three_letters CHECK (length(currency) = 3),
    CONSTRAINT fee_language_is_known CHECK (language IN ('en', 'ja')),
    CONSTRAINT fee_key_is_short CHECK (length(key) BETWEEN 1 AND 300),
    CONSTRAINT fee_has_an_actor CHECK (length(actor) BETWEEN 1 AND 200),
    CONSTRAINT fk_fee_community_id FOREIGN KEY(community_id) REFERENCES community (id),
    CONSTRAINT fk_fee_entry_id FOREIGN KEY(entry_id) REFERENCES entry (id),
    CONSTRAINT fk_fee_reversal_id FOREIGN KEY(reversal_id) REFERENCES entry (id)
)
--;
CREATE INDEX fee_by_member ON fee (member_id)
--;
CREATE INDEX fee_by_payer ON fee (payer_id)
--;
CREATE TABLE term (
    id BIGSERIAL NOT NULL,
    community_id BIGINT NOT NULL,
    member_id BIGINT NOT NULL,
    fee_id BIGINT NOT NULL,
    number BIGINT NOT NULL,
    begins_on DATE NOT NULL,
    ends_on DATE NOT NULL,
    amount_minor BIGINT NOT NULL,
    ahead_minor BIGINT NOT NULL,
    begun_entry_id BIGINT,
    given_back_on DATE,
    reminded_before_at TIMESTAMP WITH TIME ZONE,
    reminded_after_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_term PRIMARY KEY (id),
    CONSTRAINT uq_term_fee_id_number UNIQUE (fee_id, number),
    CONSTRAINT uq_term_begun_entry_id UNIQUE (begun_entry_id),
    CONSTRAINT fk_term_fee_id_community_id FOREIGN KEY(fee_id, community_id) REFERENCES fee (id, community_id),
    CONSTRAINT fk_term_member_id_community_id FOREIGN KEY(member_id, community_id) REFERENCES member (id, community_id),
    CONSTRAINT term_number_is_bounded CHECK (number BETWEEN 1 AND 10),
    CONSTRAINT term_ends_after_it_begins CHECK (ends_on >= begins_on),
    CONSTRAINT term_amount_is_bounded CHECK (amount_minor BETWEEN 0 AND 100000000),
    CONSTRAINT term_ahead_is_what_was_paid CHECK (ahead_minor BETWEEN 0 AND amount_minor),
    CONSTRAINT fk_term_community_id FOREIGN KEY(community_id) REFERENCES community (id),
    CONSTRAINT fk_term_begun_entry_id FOREIGN KEY(begun_entry_id) REFERENCES entry (id)
)
--;
CREATE INDEX term_by_end ON term (community_id, ends_on)
--;
CREATE INDEX term_by_member ON term (member_id, ends_on)
--;
CREATE UNIQUE INDEX uq_term_member_id_begins_on ON term (member_id, begins_on) WHERE given_back_on IS NULL
--;
CREATE FUNCTION term_has_its_own_days() RETURNS trigger LANGUAGE plpgsql
           SET search_path = public, pg_temp AS $$
           BEGIN
             IF TG_OP = 'UPDATE' AND (NEW.community_id IS DISTINCT FROM OLD.community_id OR NEW.fee_id IS DISTINCT FROM OLD.fee_id OR NEW.number IS DISTINCT FROM OLD.number OR NEW.begins_on IS DISTINCT FROM OLD.begins_on OR NEW.ends_on IS DISTINCT FROM OLD.ends_on OR NEW.amount_minor IS DISTINCT FROM OLD.amount_minor) THEN
               RAISE EXCEPTION 'term_stays_as_it_was'
                 USING ERRCODE = '23514', CONSTRAINT = 'term_stays_as_it_was';
             END IF;
             IF NEW.given_back_on IS NULL AND EXISTS (SELECT 1 FROM term t
             WHERE t.member_id = NEW.member_id AND t.id <> NEW.id AND t.given_back_on IS NULL
               AND t.begins_on <= NEW.ends_on AND t.ends_on >= NEW.begins_on) THEN
               RAISE EXCEPTION 'term_has_its_own_days'
                 USING ERRCODE = '23514', CONSTRAINT = 'term_has_its_own_days';
             END IF;
             RETURN NEW;
           END $$
--;
CREATE TRIGGER term_has_its_own_days BEFORE INSERT OR UPDATE ON term
           FOR EACH ROW EXECUTE FUNCTION term_has_its_own_days()
--;
CREATE TRIGGER term_remains BEFORE DELETE ON term
           FOR EACH ROW EXECUTE FUNCTION ledger_is_final()
