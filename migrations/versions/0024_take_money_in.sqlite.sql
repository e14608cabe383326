CREATE TABLE payment (
    id INTEGER NOT NULL,
    community_id INTEGER NOT NULL,
    token TEXT NOT NULL,
    purpose TEXT NOT NULL,
    subject_id INTEGER NOT NULL,
    attempt INTEGER NOT NULL,
    amount_minor INTEGER NOT NULL,
    currency TEXT NOT NULL,
    language TEXT NOT NULL,
    email TEXT NOT NULL,
    state TEXT NOT NULL,
    made_at TEXT NOT NULL,
    checkout_id TEXT,
    url TEXT,
    ends_at TEXT,
    intent_id TEXT,
    charge_id TEXT,
    taken_minor INTEGER,
    taken_currency TEXT,
    paid_at TEXT,
    paid_on TEXT,
    oddity TEXT,
    CONSTRAINT pk_payment PRIMARY KEY (id),
    CONSTRAINT uq_payment_token UNIQUE (token),
    CONSTRAINT uq_payment_community_id_purpose_subject_id_attempt UNIQUE (community_id, purpose, subject_id, attempt),
    CONSTRAINT uq_payment_community_id_checkout_id UNIQUE (community_id, checkout_id),
    CONSTRAINT uq_payment_community_id_intent_id UNIQUE (community_id, intent_id),
    CONSTRAINT uq_payment_id_community_id UNIQUE (id, community_id),
    CONSTRAINT payment_token_is_unguessable CHECK (length(token) BETWEEN 20 AND 64),
    CONSTRAINT payment_purpose_is_short CHECK (length(purpose) BETWEEN 1 AND 40),
    CONSTRAINT payment_attempt_is_bounded CHECK (attempt BETWEEN 1 AND 1000),
    CONSTRAINT payment_currency_has_three_letters CHECK (length(currency) = 3),
    CONSTRAINT payment_amount_is_bounded CHECK (amount_minor BETWEEN 1 AND 10000000000),
    CONSTRAINT payment_state_is_known CHECK (state = 'paid' OR state = 'partly-refunded' OR state = 'refunded' OR state = 'disputed' OR state = 'charged-back' OR state = 'reversed' OR state = 'draft' OR state = 'open' OR state = 'expired' OR state = 'processing' OR state = 'failed'),
    CONSTRAINT payment_is_paid_at_some_time CHECK ((state = 'paid' OR state = 'partly-refunded' OR state = 'refunded' OR state = 'disputed' OR state = 'charged-back' OR state = 'reversed') = (paid_at IS NOT NULL)),
    CONSTRAINT payment_says_what_was_taken CHECK ((paid_at IS NULL) = (paid_on IS NULL) AND (paid_at IS NULL) = (taken_minor IS NULL) AND (taken_minor IS NULL) = (taken_currency IS NULL)),
    CONSTRAINT payment_takes_what_was_asked CHECK (oddity IS NOT NULL OR taken_minor IS NULL OR (taken_minor = amount_minor AND taken_currency = currency)),
    CONSTRAINT payment_oddity_is_known CHECK (oddity = 'differs' OR oddity = 'double'),
    CONSTRAINT payment_language_is_known CHECK (language IN ('en', 'ja')),
    CONSTRAINT payment_email_is_short CHECK (length(email) <= 254),
    CONSTRAINT payment_url_is_short CHECK (length(url) <= 2000),
    CONSTRAINT fk_payment_community_id FOREIGN KEY(community_id) REFERENCES community (id)
)
 STRICT
--;
CREATE INDEX payment_by_state ON payment (community_id, state)
--;
CREATE TABLE stripe_account (
    community_id INTEGER NOT NULL,
    account_id TEXT NOT NULL,
    live INTEGER NOT NULL,
    met_at TEXT NOT NULL,
    swept_to TEXT,
    CONSTRAINT pk_stripe_account PRIMARY KEY (community_id),
    CONSTRAINT uq_stripe_account_account_id_live UNIQUE (account_id, live),
    CONSTRAINT stripe_account_id_is_short CHECK (length(account_id) BETWEEN 1 AND 255),
    CONSTRAINT fk_stripe_account_community_id FOREIGN KEY(community_id) REFERENCES community (id)
)
 STRICT
--;
CREATE TABLE stripe_event (
    id INTEGER NOT NULL,
    community_id INTEGER NOT NULL,
    event_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    object_id TEXT NOT NULL,
    heard_at TEXT NOT NULL,
    CONSTRAINT pk_stripe_event PRIMARY KEY (id),
    CONSTRAINT uq_stripe_event_community_id_event_id UNIQUE (community_id, event_id),
    CONSTRAINT stripe_event_id_is_short CHECK (length(event_id) BETWEEN 1 AND 255),
    CONSTRAINT stripe_event_kind_is_short CHECK (length(kind) BETWEEN 1 AND 255),
    CONSTRAINT stripe_event_object_is_short CHECK (length(object_id) <= 255),
    CONSTRAINT fk_stripe_event_community_id FOREIGN KEY(community_id) REFERENCES community (id)
)
 STRICT
--;
CREATE TABLE stripe_movement (
    id INTEGER NOT NULL,
    community_id INTEGER NOT NULL,
    movement_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    category TEXT NOT NULL,
    amount INTEGER NOT NULL,
    fee INTEGER NOT NULL,
    net INTEGER NOT NULL,
    currency TEXT NOT NULL,
    made_at TEXT NOT NULL,
    source_id TEXT NOT NULL,
    charge_id TEXT NOT NULL,
    dispute_id TEXT NOT NULL,
    payment_id INTEGER,
    entry_id INTEGER,
    earmarked INTEGER NOT NULL,
    from_owed INTEGER NOT NULL,
    unknown INTEGER NOT NULL,
    CONSTRAINT pk_stripe_movement PRIMARY KEY (id),
    CONSTRAINT uq_stripe_movement_community_id_movement_id UNIQUE (community_id, movement_id),
    CONSTRAINT uq_stripe_movement_entry_id UNIQUE (entry_id),
    CONSTRAINT fk_stripe_movement_payment_id_community_id FOREIGN KEY(payment_id, community_id) REFERENCES payment (id, community_id),
    CONSTRAINT stripe_movement_id_is_short CHECK (length(movement_id) BETWEEN 1 AND 255),
    CONSTRAINT stripe_movement_kind_is_short CHECK (length(kind) BETWEEN 1 AND 255),
    CONSTRAINT stripe_movement_adds_up CHECK (net = amount - fee),
    CONSTRAINT stripe_movement_currency_has_three_letters CHECK (length(currency) = 3),
    CONSTRAINT stripe_movement_is_booked CHECK ((entry_id IS NULL) = (unknown OR (amount = 0 AND fee = 0))),
    CONSTRAINT fk_stripe_movement_community_id FOREIGN KEY(community_id) REFERENCES community (id),
    CONSTRAINT fk_stripe_movement_entry_id FOREIGN KEY(entry_id) REFERENCES entry (id)
)
 STRICT
--;
CREATE INDEX stripe_movement_by_charge ON stripe_movement (community_id, charge_id)
--;
CREATE INDEX stripe_movement_by_payment ON stripe_movement (payment_id)
--;
CREATE TABLE stripe_refund (
    id INTEGER NOT NULL,
    community_id INTEGER NOT NULL,
    refund_id TEXT NOT NULL,
    payment_id INTEGER,
    charge_id TEXT NOT NULL,
    amount INTEGER NOT NULL,
    currency TEXT NOT NULL,
    status TEXT NOT NULL,
    made_at TEXT NOT NULL,
    CONSTRAINT pk_stripe_refund PRIMARY KEY (id),
    CONSTRAINT uq_stripe_refund_community_id_refund_id UNIQUE (community_id, refund_id),
    CONSTRAINT fk_stripe_refund_payment_id_community_id FOREIGN KEY(payment_id, community_id) REFERENCES payment (id, community_id),
    CONSTRAINT stripe_refund_id_is_short CHECK (length(refund_id) BETWEEN 1 AND 255),
    CONSTRAINT stripe_refund_gives_something_back CHECK (amount > 0),
    CONSTRAINT stripe_refund_currency_has_three_letters CHECK (length(currency) = 3),
    CONSTRAINT stripe_refund_status_is_short CHECK (length(status) BETWEEN 1 AND 40),
    CONSTRAINT fk_stripe_refund_community_id FOREIGN KEY(community_id) REFERENCES community (id)
)
 STRICT
--;
CREATE INDEX stripe_refund_by_payment ON stripe_refund (payment_id)
--;
CREATE TABLE stripe_dispute (
    id INTEGER NOT NULL,
    community_id INTEGER NOT NULL,
    dispute_id TEXT NOT NULL,
    payment_id INTEGER,
    charge_id TEXT NOT NULL,
    amount INTEGER NOT NULL,
    currency TEXT NOT NULL,
    status TEXT NOT NULL,
    made_at TEXT NOT NULL,
    due_at TEXT,
    lost_entry_id INTEGER,
    CONSTRAINT pk_stripe_dispute PRIMARY KEY (id),
    CONSTRAINT uq_stripe_dispute_community_id_dispute_id UNIQUE (community_id, dispute_id),
    CONSTRAINT uq_stripe_dispute_lost_entry_id UNIQUE (lost_entry_id),
    CONSTRAINT fk_stripe_dispute_payment_id_community_id FOREIGN KEY(payment_id, community_id) REFERENCES payment (id, community_id),
    CONSTRAINT stripe_dispute_id_is_short CHECK (length(dispute_id) BETWEEN 1 AND 255),
    CONSTRAINT stripe_dispute_currency_has_three_letters CHECK (length(currency) = 3),
    CONSTRAINT stripe_dispute_status_is_short CHECK (length(status) BETWEEN 1 AND 40),
    CONSTRAINT fk_stripe_dispute_community_id FOREIGN KEY(community_id) REFERENCES community (id),
    CONSTRAINT fk_stripe_dispute_lost_entry_id FOREIGN KEY(lost_entry_id) REFERENCES entry (id)
)
 STRICT
--;
CREATE INDEX stripe_dispute_by_payment ON stripe_dispute (payment_id)
--;
CREATE TABLE particulars (
    community_id INTEGER NOT NULL,
    seller TEXT NOT NULL,
    responsible TEXT NOT NULL,
    address TEXT NOT NULL,
    telephone TEXT NOT NULL,
    email TEXT NOT NULL,
    extra_costs TEXT NOT NULL,
    ways_to_pay TEXT NOT NULL,
    when_due TEXT NOT NULL,
    when_delivered TEXT NOT NULL,
    stepping_back TEXT NOT NULL,
    changed_at TEXT NOT NULL,
    CONSTRAINT pk_particulars PRIMARY KEY (community_id),
    CONSTRAINT particulars_seller_is_short CHECK (length(seller) BETWEEN 1 AND 100),
    CONSTRAINT particulars_responsible_is_short CHECK (length(responsible) BETWEEN 1 AND 100),
    CONSTRAINT particulars_address_is_short CHECK (length(address) BETWEEN 1 AND 300),
    CONSTRAINT particulars_telephone_is_short CHECK (length(telephone) BETWEEN 1 AND 60),
    CONSTRAINT particulars_email_is_short CHECK (length(email) BETWEEN 1 AND 254),
    CONSTRAINT particulars_extra_costs_is_short CHECK (length(extra_costs) BETWEEN 1 AND 500),
    CONSTRAINT particulars_ways_to_pay_is_short CHECK (length(ways_to_pay) BETWEEN 1 AND 500),
    CONSTRAINT particulars_when_due_is_short CHECK (length(when_due) BETWEEN 1 AND 500),
    CONSTRAINT particulars_when_delivered_is_short CHECK (length(when_delivered) BETWEEN 1 AND 500),
    CONSTRAINT particulars_stepping_back_is_short CHECK (length(stepping_back) BETWEEN 1 AND 1000),
    CONSTRAINT fk_particulars_community_id FOREIGN KEY(community_id) REFERENCES community (id)
)
 STRICT
--;
CREATE TABLE fund (
    id INTEGER NOT NULL,
    community_id INTEGER NOT NULL,
    slug TEXT NOT NULL,
    name TEXT NOT NULL,
    purpose TEXT NOT NULL,
    ended_on TEXT,
    CONSTRAINT pk_fund PRIMARY KEY (id),
    CONSTRAINT uq_fund_community_id_slug UNIQUE (community_id, slug),
    CONSTRAINT uq_fund_community_id_name UNIQUE (community_id, name),
    CONSTRAINT uq_fund_id_community_id UNIQUE (id, community_id),
    CONSTRAINT fund_slug_is_short CHECK (length(slug) BETWEEN 2 AND 40),
    CONSTRAINT fund_slug_is_lower_case CHECK (slug = lower(slug)),
    CONSTRAINT fund_is_for_a_purpose CHECK (slug <> 'general'),
    CONSTRAINT fund_name_is_short CHECK (length(name) BETWEEN 1 AND 60),
    CONSTRAINT fund_purpose_is_short CHECK (length(purpose) BETWEEN 1 AND 500),
    CONSTRAINT fk_fund_community_id FOREIGN KEY(community_id) REFERENCES community (id)
)
 STRICT
--;
CREATE TABLE fund_event (
    id INTEGER NOT NULL,
    fund_id INTEGER NOT NULL,
    community_id INTEGER NOT NULL,
    happened_at TEXT NOT NULL,
    actor TEXT NOT NULL,
    what TEXT NOT NULL,
    words TEXT,
    CONSTRAINT pk_fund_event PRIMARY KEY (id),
    CONSTRAINT fk_fund_event_fund_id_community_id FOREIGN KEY(fund_id, community_id) REFERENCES fund (id, community_id),
    CONSTRAINT fund_event_what_is_known CHECK (what = 'opened' OR what = 'changed' OR what = 'ended' OR what = 'taken-up'),
    CONSTRAINT fund_event_has_an_actor CHECK (length(actor) BETWEEN 1 AND 200)
)
 STRICT
--;
CREATE INDEX fund_event_by_fund ON fund_event (fund_id, id)
--;
CREATE TABLE giving_rule (
    community_id INTEGER NOT NULL,
    open INTEGER NOT NULL,
    words TEXT NOT NULL,
    suggested TEXT NOT NULL,
    least_minor INTEGER NOT NULL,
    fee_from_fund INTEGER NOT NULL,
    konbini INTEGER NOT NULL,
    CONSTRAINT pk_giving_rule PRIMARY KEY (community_id),
    CONSTRAINT giving_rule_words_are_short CHECK (length(words) <= 1000),
    CONSTRAINT giving_rule_suggested_is_short CHECK (length(suggested) BETWEEN 1 AND 100),
    CONSTRAINT giving_rule_least_is_bounded CHECK (least_minor BETWEEN 1 AND 10000000000),
    CONSTRAINT fk_giving_rule_community_id FOREIGN KEY(community_id) REFERENCES community (id)
)
 STRICT
--;
CREATE TABLE donation (
    id INTEGER NOT NULL,
    community_id INTEGER NOT NULL,
    fund_id INTEGER,
    amount_minor INTEGER NOT NULL,
    currency TEXT NOT NULL,
    name TEXT NOT NULL,
    name_hidden INTEGER NOT NULL,
    email TEXT NOT NULL,
    address TEXT NOT NULL,
    message TEXT NOT NULL,
    wants_receipt INTEGER NOT NULL,
    member_id INTEGER,
    language TEXT NOT NULL,
    made_at TEXT NOT NULL,
    fee_from_fund INTEGER NOT NULL,
    "key" TEXT NOT NULL,
    given_on TEXT,
    CONSTRAINT pk_donation PRIMARY KEY (id),
    CONSTRAINT uq_donation_community_id_key UNIQUE (community_id, "key"),
    CONSTRAINT uq_donation_id_community_id UNIQUE (id, community_id),
    CONSTRAINT fk_donation_fund_id_community_id FOREIGN KEY(fund_id, community_id) REFERENCES fund (id, community_id),
    CONSTRAINT fk_donation_member_id_community_id FOREIGN KEY(member_id, community_id) REFERENCES member (id, community_id),
    CONSTRAINT donation_currency_has_three_letters CHECK (length(currency) = 3),
    CONSTRAINT donation_amount_is_bounded CHECK (amount_minor BETWEEN 1 AND 10000000000),
    CONSTRAINT donation_name_is_short CHECK (length(name) <= 100),
    CONSTRAINT donation_email_is_short CHECK (length(email) <= 254),
    CONSTRAINT donation_address_is_short CHECK (length(address) <= 300),
    CONSTRAINT donation_message_is_short CHECK (length(message) <= 500),
    CONSTRAINT donation_key_is_short CHECK (length(key) BETWEEN 1 AND 300),
    CONSTRAINT donation_language_is_known CHECK (language IN ('en', 'ja')),
    CONSTRAINT donation_receipt_has_a_name CHECK (NOT wants_receipt OR length(name) > 0),
    CONSTRAINT fk_donation_community_id FOREIGN KEY(community_id) REFERENCES community (id)
)
 STRICT
--;
CREATE INDEX donation_by_day ON donation (community_id, given_on)
--;
CREATE INDEX donation_by_member ON donation (member_id)
