CREATE TABLE help_bill (
    id INTEGER NOT NULL,
    community_id INTEGER NOT NULL,
    member_id INTEGER NOT NULL,
    month TEXT NOT NULL,
    nth INTEGER NOT NULL,
    bill_minor INTEGER NOT NULL,
    owes_minor INTEGER NOT NULL,
    currency TEXT NOT NULL,
    token TEXT NOT NULL,
    ends_on TEXT NOT NULL,
    sent_at TEXT NOT NULL,
    actor TEXT NOT NULL,
    CONSTRAINT pk_help_bill PRIMARY KEY (id),
    CONSTRAINT uq_help_bill_token UNIQUE (token),
    CONSTRAINT uq_help_bill_id_community_id UNIQUE (id, community_id),
    CONSTRAINT uq_help_bill_member_id_month_nth UNIQUE (member_id, month, nth),
    CONSTRAINT fk_help_bill_member_id_community_id FOREIGN KEY(member_id, community_id) REFERENCES member (id, community_id),
    CONSTRAINT help_bill_letters_are_counted CHECK (nth BETWEEN 1 AND 1000),
    CONSTRAINT help_bill_sum_is_bounded CHECK (bill_minor BETWEEN -10000000000 AND 10000000000),
    CONSTRAINT help_bill_asks_for_something CHECK (owes_minor BETWEEN 1 AND 10000000000),
    CONSTRAINT help_bill_currency_has_three_letters CHECK (length(currency) = 3),
    CONSTRAINT help_bill_token_is_unguessable CHECK (length(token) BETWEEN 20 AND 64),
    CONSTRAINT help_bill_has_an_actor CHECK (length(actor) BETWEEN 1 AND 200)
)
 STRICT
--;
CREATE INDEX help_bill_by_month ON help_bill (community_id, month)
--;
CREATE TABLE help_payment (
    id INTEGER NOT NULL,
    community_id INTEGER NOT NULL,
    member_id INTEGER NOT NULL,
    bill_id INTEGER,
    amount_minor INTEGER NOT NULL,
    currency TEXT NOT NULL,
    language TEXT NOT NULL,
    made_at TEXT NOT NULL,
    actor TEXT NOT NULL,
    paid_on TEXT,
    over_minor INTEGER NOT NULL,
    over_back_minor INTEGER NOT NULL,
    CONSTRAINT pk_help_payment PRIMARY KEY (id),
    CONSTRAINT fk_help_payment_member_id_community_id FOREIGN KEY(member_id, community_id) REFERENCES member (id, community_id),
    CONSTRAINT fk_help_payment_bill_id_community_id FOREIGN KEY(bill_id, community_id) REFERENCES help_bill (id, community_id),
    CONSTRAINT help_payment_amount_is_bounded CHECK (amount_minor BETWEEN 1 AND 10000000000),
    CONSTRAINT help_payment_currency_has_three_letters CHECK (length(currency) = 3),
    CONSTRAINT help_payment_language_is_known CHECK (language IN ('en', 'ja')),
    CONSTRAINT help_payment_has_an_actor CHECK (length(actor) BETWEEN 1 AND 200),
    CONSTRAINT help_payment_gives_back_what_is_over CHECK (over_minor BETWEEN 0 AND amount_minor AND over_back_minor BETWEEN 0 AND over_minor)
)
 STRICT
--;
CREATE INDEX help_payment_by_bill ON help_payment (bill_id)
--;
CREATE INDEX help_payment_by_member ON help_payment (member_id)
