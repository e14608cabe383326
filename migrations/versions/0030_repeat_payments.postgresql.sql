ALTER TABLE donation ADD COLUMN every TEXT DEFAULT '' NOT NULL CONSTRAINT donation_every_is_known CHECK (every = '' OR every = 'month' OR every = 'year')
--;
ALTER TABLE fee ADD COLUMN repeats BOOLEAN DEFAULT false NOT NULL
--;
CREATE TABLE stripe_subscription (
    id BIGSERIAL NOT NULL,
    community_id BIGINT NOT NULL,
    payment_id BIGINT NOT NULL,
    token TEXT NOT NULL,
    subscription_id TEXT NOT NULL,
    status TEXT NOT NULL,
    every TEXT NOT NULL,
    amount_minor BIGINT NOT NULL,
    currency TEXT NOT NULL,
    next_at TIMESTAMP WITH TIME ZONE NOT NULL,
    made_at TIMESTAMP WITH TIME ZONE NOT NULL,
    ended_at TIMESTAMP WITH TIME ZONE,
    surplus BOOLEAN NOT NULL,
    CONSTRAINT pk_stripe_subscription PRIMARY KEY (id),
    CONSTRAINT uq_stripe_subscription_token UNIQUE (token),
    CONSTRAINT uq_stripe_subscription_community_id_subscription_id UNIQUE (community_id, subscription_id),
    CONSTRAINT fk_stripe_subscription_payment_id_community_id FOREIGN KEY(payment_id, community_id) REFERENCES payment (id, community_id),
    CONSTRAINT stripe_subscription_token_is_unguessable CHECK (length(token) BETWEEN 20 AND 64),
    CONSTRAINT stripe_subscription_id_is_short CHECK (length(subscription_id) BETWEEN 1 AND 255),
    CONSTRAINT stripe_subscription_status_is_short CHECK (length(status) BETWEEN 1 AND 40),
    CONSTRAINT stripe_subscription_every_is_short CHECK (length(every) BETWEEN 1 AND 20),
    CONSTRAINT stripe_subscription_amount_is_bounded CHECK (amount_minor BETWEEN 0 AND 10000000000),
    CONSTRAINT stripe_subscription_currency_has_three_letters CHECK (length(currency) = 3),
    CONSTRAINT fk_stripe_subscription_community_id FOREIGN KEY(community_id) REFERENCES community (id)
)
--;
CREATE INDEX stripe_subscription_by_payment ON stripe_subscription (payment_id)
--;
CREATE TABLE stripe_invoice (
    payment_id BIGINT NOT NULL,
    community_id BIGINT NOT NULL,
    regular_id BIGINT NOT NULL,
    invoice_id TEXT NOT NULL,
    CONSTRAINT pk_stripe_invoice PRIMARY KEY (payment_id),
    CONSTRAINT uq_stripe_invoice_community_id_invoice_id UNIQUE (community_id, invoice_id),
    CONSTRAINT fk_stripe_invoice_payment_id_community_id FOREIGN KEY(payment_id, community_id) REFERENCES payment (id, community_id),
    CONSTRAINT stripe_invoice_id_is_short CHECK (length(invoice_id) BETWEEN 1 AND 255),
    CONSTRAINT fk_stripe_invoice_regular_id FOREIGN KEY(regular_id) REFERENCES stripe_subscription (id)
)
--;
CREATE INDEX stripe_invoice_by_regular ON stripe_invoice (regular_id)
