CREATE TABLE support_terms (
    id BIGSERIAL NOT NULL,
    community_id BIGINT NOT NULL,
    starts_on DATE NOT NULL,
    provider TEXT NOT NULL,
    registration TEXT NOT NULL,
    tax_number TEXT NOT NULL,
    standard_permille BIGINT NOT NULL,
    reduced_permille BIGINT NOT NULL,
    late_hours BIGINT NOT NULL,
    wage_minor BIGINT,
    entered_at TIMESTAMP WITH TIME ZONE NOT NULL,
    actor TEXT NOT NULL,
    CONSTRAINT pk_support_terms PRIMARY KEY (id),
    CONSTRAINT uq_support_terms_community_id_starts_on UNIQUE (community_id, starts_on),
    CONSTRAINT support_terms_provider_is_known CHECK (provider = 'group' OR provider = 'member' OR provider = 'nobody'),
    CONSTRAINT support_terms_registration_is_short CHECK (length(registration) <= 200),
    CONSTRAINT support_terms_tax_number_is_short CHECK (length(tax_number) <= 40),
    CONSTRAINT support_terms_tax_is_bounded CHECK (standard_permille BETWEEN 0 AND 500 AND reduced_permille BETWEEN 0 AND 500),
    CONSTRAINT support_terms_late_is_bounded CHECK (late_hours BETWEEN 0 AND 72),
    CONSTRAINT support_terms_wage_is_bounded CHECK (wage_minor BETWEEN 1 AND 10000000),
    CONSTRAINT support_terms_have_an_actor CHECK (length(actor) BETWEEN 1 AND 200),
    CONSTRAINT fk_support_terms_community_id FOREIGN KEY(community_id) REFERENCES community (id)
)
--;
CREATE TABLE support_rate (
    id BIGSERIAL NOT NULL,
    community_id BIGINT NOT NULL,
    kind_id BIGINT,
    starts_on DATE NOT NULL,
    price_minor BIGINT,
    thanks_minor BIGINT NOT NULL,
    unit_minutes BIGINT NOT NULL,
    least_minutes BIGINT NOT NULL,
    way_by TEXT NOT NULL,
    way_minor BIGINT NOT NULL,
    tax_class TEXT NOT NULL,
    is_business BOOLEAN NOT NULL,
    words TEXT NOT NULL,
    entered_at TIMESTAMP WITH TIME ZONE NOT NULL,
    actor TEXT NOT NULL,
    CONSTRAINT pk_support_rate PRIMARY KEY (id),
    CONSTRAINT uq_support_rate_id_community_id_unit_minutes UNIQUE (id, community_id, unit_minutes),
    CONSTRAINT fk_support_rate_kind_id_community_id FOREIGN KEY(kind_id, community_id) REFERENCES help_kind (id, community_id),
    CONSTRAINT support_rate_price_is_bounded CHECK (price_minor BETWEEN 1 AND 10000000),
    CONSTRAINT support_rate_thanks_is_of_the_price CHECK (thanks_minor BETWEEN 0 AND coalesce(price_minor, 0)),
    CONSTRAINT support_rate_unit_is_known CHECK (unit_minutes IN (15, 30, 60)),
    CONSTRAINT support_rate_least_is_whole_units CHECK (least_minutes BETWEEN 0 AND 480 AND least_minutes % unit_minutes = 0),
    CONSTRAINT support_rate_unit_costs_whole_coins CHECK (price_minor * unit_minutes % 60 = 0 AND thanks_minor * unit_minutes % 60 = 0),
    CONSTRAINT support_rate_way_is_known CHECK (way_by = 'none' OR way_by = 'km' OR way_by = 'trip'),
    CONSTRAINT support_rate_way_is_bounded CHECK (way_minor BETWEEN 0 AND 10000000 AND (way_by = 'none') = (way_minor = 0)),
    CONSTRAINT support_rate_tax_class_is_known CHECK (tax_class = 'outside' OR tax_class = 'exempt' OR tax_class = 'reduced' OR tax_class = 'standard'),
    CONSTRAINT support_rate_words_are_short CHECK (length(words) <= 500),
    CONSTRAINT support_rate_has_an_actor CHECK (length(actor) BETWEEN 1 AND 200),
    CONSTRAINT fk_support_rate_community_id FOREIGN KEY(community_id) REFERENCES community (id)
)
--;
CREATE INDEX support_rate_by_community ON support_rate (community_id, kind_id, starts_on)
--;
CREATE UNIQUE INDEX uq_support_rate_community_id_starts_on ON support_rate (community_id, starts_on) WHERE kind_id IS NULL
--;
CREATE UNIQUE INDEX uq_support_rate_kind_id_starts_on ON support_rate (kind_id, starts_on) WHERE kind_id IS NOT NULL
--;
CREATE TABLE support_extra (
    rate_id BIGINT NOT NULL,
    what TEXT NOT NULL,
    community_id BIGINT NOT NULL,
    unit_minutes BIGINT NOT NULL,
    price_minor BIGINT NOT NULL,
    thanks_minor BIGINT NOT NULL,
    from_minute BIGINT,
    until_minute BIGINT,
    CONSTRAINT pk_support_extra PRIMARY KEY (rate_id, what),
    CONSTRAINT fk_support_extra_rate_id_community_id_unit_minutes FOREIGN KEY(rate_id, community_id, unit_minutes) REFERENCES support_rate (id, community_id, unit_minutes),
    CONSTRAINT support_extra_what_is_known CHECK (what = 'evening' OR what = 'weekend' OR what = 'second' OR what = 'first' OR what = 'late' OR what = 'door'),
    CONSTRAINT support_extra_price_is_bounded CHECK (price_minor BETWEEN 1 AND 10000000),
    CONSTRAINT support_extra_thanks_is_of_the_price CHECK (thanks_minor BETWEEN 0 AND price_minor),
    CONSTRAINT support_extra_unit_costs_whole_coins CHECK ((what = 'first' OR what = 'late' OR what = 'door') OR price_minor * unit_minutes % 60 = 0 AND thanks_minor * unit_minutes % 60 = 0),
    CONSTRAINT support_extra_has_its_hours CHECK ((what = 'evening') = (from_minute IS NOT NULL) AND (from_minute IS NULL) = (until_minute IS NULL)),
    CONSTRAINT support_extra_hours_are_of_a_day CHECK (from_minute BETWEEN 0 AND 1439 AND until_minute BETWEEN 0 AND 1439 AND from_minute <> until_minute)
)
--;
CREATE TRIGGER support_terms_stays BEFORE UPDATE ON support_terms
           FOR EACH ROW EXECUTE FUNCTION ledger_is_final()
--;
CREATE TRIGGER support_rate_stays BEFORE UPDATE ON support_rate
           FOR EACH ROW EXECUTE FUNCTION ledger_is_final()
--;
CREATE TRIGGER support_extra_stays BEFORE UPDATE ON support_extra
           FOR EACH ROW EXECUTE FUNCTION ledger_is_final()
