CREATE TABLE community (
    id INTEGER NOT NULL,
    book_id INTEGER NOT NULL,
    slug TEXT NOT NULL,
    name TEXT NOT NULL,
    legal_form TEXT NOT NULL,
    address TEXT NOT NULL,
    telephone TEXT NOT NULL,
    language TEXT NOT NULL,
    time_zone TEXT NOT NULL,
    year_begins_month INTEGER NOT NULL,
    currency TEXT NOT NULL,
    started_on TEXT NOT NULL,
    rounding_minutes INTEGER NOT NULL,
    credit_limit_minutes INTEGER NOT NULL,
    ceiling_minutes INTEGER,
    answer_days INTEGER NOT NULL,
    created_at TEXT NOT NULL,
    CONSTRAINT pk_community PRIMARY KEY (id),
    CONSTRAINT community_slug_is_short CHECK (length(slug) BETWEEN 2 AND 40),
    CONSTRAINT community_slug_is_lower_case CHECK (slug = lower(slug)),
    CONSTRAINT community_name_is_short CHECK (length(name) BETWEEN 1 AND 100),
    CONSTRAINT community_legal_form_is_short CHECK (length(legal_form) <= 100),
    CONSTRAINT community_address_is_short CHECK (length(address) <= 300),
    CONSTRAINT community_telephone_is_short CHECK (length(telephone) <= 40),
    CONSTRAINT community_language_is_known CHECK (language IN ('en', 'ja')),
    CONSTRAINT community_time_zone_is_short CHECK (length(time_zone) BETWEEN 1 AND 60),
    CONSTRAINT community_year_begins_in_a_month CHECK (year_begins_month BETWEEN 1 AND 12),
    CONSTRAINT community_currency_has_three_letters CHECK (length(currency) = 3),
    CONSTRAINT community_rounding_is_within_an_hour CHECK (rounding_minutes BETWEEN 1 AND 60),
    CONSTRAINT community_credit_limit_is_bounded CHECK (credit_limit_minutes BETWEEN 0 AND 6000000),
    CONSTRAINT community_ceiling_is_bounded CHECK (ceiling_minutes BETWEEN 0 AND 6000000),
    CONSTRAINT community_answer_days_are_bounded CHECK (answer_days BETWEEN 1 AND 365),
    CONSTRAINT uq_community_book_id UNIQUE (book_id),
    CONSTRAINT fk_community_book_id FOREIGN KEY(book_id) REFERENCES book (id),
    CONSTRAINT uq_community_slug UNIQUE (slug)
)
 STRICT
--;
CREATE TABLE person (
    id INTEGER NOT NULL,
    email TEXT,
    password_hash TEXT,
    language TEXT,
    created_at TEXT NOT NULL,
    CONSTRAINT pk_person PRIMARY KEY (id),
    CONSTRAINT person_email_is_short CHECK (length(email) BETWEEN 3 AND 254),
    CONSTRAINT person_email_is_lower_case CHECK (email = lower(email)),
    CONSTRAINT person_language_is_known CHECK (language IN ('en', 'ja')),
    CONSTRAINT person_password_is_hashed CHECK (length(password_hash) BETWEEN 20 AND 500),
    CONSTRAINT uq_person_email UNIQUE (email)
)
 STRICT
--;
CREATE TABLE help_kind (
    id INTEGER NOT NULL,
    community_id INTEGER NOT NULL,
    name TEXT NOT NULL,
    position INTEGER NOT NULL,
    retired INTEGER NOT NULL,
    CONSTRAINT pk_help_kind PRIMARY KEY (id),
    CONSTRAINT uq_help_kind_community_id_name UNIQUE (community_id, name),
    CONSTRAINT uq_help_kind_id_community_id UNIQUE (id, community_id),
    CONSTRAINT help_kind_name_is_short CHECK (length(name) BETWEEN 1 AND 60),
    CONSTRAINT fk_help_kind_community_id FOREIGN KEY(community_id) REFERENCES community (id)
)
 STRICT
--;
CREATE TABLE community_event (
    id INTEGER NOT NULL,
    community_id INTEGER NOT NULL,
    happened_at TEXT NOT NULL,
    actor TEXT NOT NULL,
    what TEXT NOT NULL,
    "before" TEXT,
    "after" TEXT,
    CONSTRAINT pk_community_event PRIMARY KEY (id),
    CONSTRAINT community_event_what_is_short CHECK (length(what) BETWEEN 1 AND 60),
    CONSTRAINT community_event_has_an_actor CHECK (length(actor) BETWEEN 1 AND 200),
    CONSTRAINT fk_community_event_community_id FOREIGN KEY(community_id) REFERENCES community (id)
)
 STRICT
--;
CREATE INDEX ix_community_event_community_id ON community_event (community_id)
--;
CREATE TABLE joint (
    id INTEGER NOT NULL,
    community_id INTEGER NOT NULL,
    "key" TEXT NOT NULL,
    shared INTEGER NOT NULL,
    closed_at TEXT,
    CONSTRAINT pk_joint PRIMARY KEY (id),
    CONSTRAINT uq_joint_community_id_key UNIQUE (community_id, "key"),
    CONSTRAINT uq_joint_id_community_id UNIQUE (id, community_id),
    CONSTRAINT joint_key_is_short CHECK (length(key) BETWEEN 1 AND 300),
    CONSTRAINT fk_joint_community_id FOREIGN KEY(community_id) REFERENCES community (id)
)
 STRICT
--;
CREATE TABLE member (
    id INTEGER NOT NULL,
    community_id INTEGER NOT NULL,
    number TEXT NOT NULL,
    name TEXT NOT NULL,
    reading TEXT,
    district TEXT,
    sort_key TEXT NOT NULL,
    search_key TEXT NOT NULL,
    state TEXT NOT NULL,
    state_reason TEXT,
    account_id INTEGER NOT NULL,
    own_limit_minutes INTEGER,
    own_limit_reason TEXT,
    joined_on TEXT NOT NULL,
    CONSTRAINT pk_member PRIMARY KEY (id),
    CONSTRAINT uq_member_community_id_number UNIQUE (community_id, number),
    CONSTRAINT uq_member_id_community_id UNIQUE (id, community_id),
    CONSTRAINT member_number_is_short CHECK (length(number) BETWEEN 1 AND 40),
    CONSTRAINT member_number_has_no_blanks CHECK (number NOT LIKE '% %'),
    CONSTRAINT member_name_is_short CHECK (length(name) BETWEEN 1 AND 100),
    CONSTRAINT member_reading_is_short CHECK (length(reading) BETWEEN 1 AND 100),
    CONSTRAINT member_district_is_short CHECK (length(district) BETWEEN 1 AND 60),
    CONSTRAINT member_state_is_known CHECK (state IN ('active', 'away', 'suspended', 'left')),
    CONSTRAINT member_is_suspended_for_a_reason CHECK (state <> 'suspended' OR state_reason IS NOT NULL),
    CONSTRAINT member_reason_is_short CHECK (length(state_reason) BETWEEN 1 AND 500),
    CONSTRAINT member_own_limit_is_bounded CHECK (own_limit_minutes BETWEEN 0 AND 6000000),
    CONSTRAINT member_own_limit_has_a_reason CHECK ((own_limit_minutes IS NULL) = (own_limit_reason IS NULL)),
    CONSTRAINT member_limit_reason_is_short CHECK (length(own_limit_reason) BETWEEN 1 AND 500),
    CONSTRAINT fk_member_community_id FOREIGN KEY(community_id) REFERENCES community (id),
    CONSTRAINT uq_member_account_id UNIQUE (account_id),
    CONSTRAINT fk_member_account_id FOREIGN KEY(account_id) REFERENCES account (id)
)
 STRICT
--;
CREATE INDEX member_by_name ON member (community_id, sort_key, number)
--;
CREATE TABLE office (
    person_id INTEGER NOT NULL,
    community_id INTEGER NOT NULL,
    role TEXT NOT NULL,
    CONSTRAINT pk_office PRIMARY KEY (person_id, community_id, role),
    CONSTRAINT office_role_is_known CHECK (role IN ('coordinator', 'treasurer', 'steward', 'auditor')),
    CONSTRAINT fk_office_person_id FOREIGN KEY(person_id) REFERENCES person (id),
    CONSTRAINT fk_office_community_id FOREIGN KEY(community_id) REFERENCES community (id)
)
 STRICT
--;
CREATE TABLE office_event (
    id INTEGER NOT NULL,
    community_id INTEGER NOT NULL,
    person_id INTEGER NOT NULL,
    role TEXT NOT NULL,
    what TEXT NOT NULL,
    happened_at TEXT NOT NULL,
    actor TEXT NOT NULL,
    CONSTRAINT pk_office_event PRIMARY KEY (id),
    CONSTRAINT office_event_what_is_known CHECK (what IN ('given', 'taken')),
    CONSTRAINT office_event_has_an_actor CHECK (length(actor) BETWEEN 1 AND 200),
    CONSTRAINT fk_office_event_community_id FOREIGN KEY(community_id) REFERENCES community (id),
    CONSTRAINT fk_office_event_person_id FOREIGN KEY(person_id) REFERENCES person (id)
)
 STRICT
--;
CREATE INDEX ix_office_event_community_id ON office_event (community_id)
--;
CREATE TABLE kept_form (
    person_id INTEGER NOT NULL,
    path TEXT NOT NULL,
    target TEXT NOT NULL,
    fields TEXT NOT NULL,
    kept_at TEXT NOT NULL,
    CONSTRAINT pk_kept_form PRIMARY KEY (person_id, path),
    CONSTRAINT kept_form_path_is_short CHECK (length(path) BETWEEN 1 AND 2000),
    CONSTRAINT kept_form_target_is_short CHECK (length(target) BETWEEN 1 AND 2000),
    CONSTRAINT kept_form_fields_are_bounded CHECK (length(fields) <= 100000),
    CONSTRAINT fk_kept_form_person_id FOREIGN KEY(person_id) REFERENCES person (id)
)
 STRICT
--;
CREATE TABLE shown_sign_in (
    person_id INTEGER NOT NULL,
    community_id INTEGER NOT NULL,
    position INTEGER NOT NULL,
    sign_in_name TEXT NOT NULL,
    label TEXT NOT NULL,
    password TEXT NOT NULL,
    CONSTRAINT pk_shown_sign_in PRIMARY KEY (person_id, community_id),
    CONSTRAINT fk_shown_sign_in_person_id FOREIGN KEY(person_id) REFERENCES person (id),
    CONSTRAINT fk_shown_sign_in_community_id FOREIGN KEY(community_id) REFERENCES community (id)
)
 STRICT
--;
CREATE TABLE exchange (
    id INTEGER NOT NULL,
    community_id INTEGER NOT NULL,
    "key" TEXT,
    joint_id INTEGER,
    giver_id INTEGER NOT NULL,
    receiver_id INTEGER NOT NULL,
    minutes INTEGER NOT NULL,
    worked_on TEXT NOT NULL,
    description TEXT NOT NULL,
    kind_id INTEGER,
    reference TEXT,
    state TEXT NOT NULL,
    logged_at TEXT NOT NULL,
    logged_person_id INTEGER,
    logged_member_id INTEGER,
    logged_how TEXT NOT NULL,
    entry_id INTEGER,
    line INTEGER,
    reversal_id INTEGER,
    CONSTRAINT pk_exchange PRIMARY KEY (id),
    CONSTRAINT uq_exchange_id_community_id UNIQUE (id, community_id),
    CONSTRAINT fk_exchange_giver_id_community_id FOREIGN KEY(giver_id, community_id) REFERENCES member (id, community_id),
    CONSTRAINT fk_exchange_receiver_id_community_id FOREIGN KEY(receiver_id, community_id) REFERENCES member (id, community_id),
    CONSTRAINT fk_exchange_kind_id_community_id FOREIGN KEY(kind_id, community_id) REFERENCES help_kind (id, community_id),
    CONSTRAINT fk_exchange_joint_id_community_id FOREIGN KEY(joint_id, community_id) REFERENCES joint (id, community_id),
    CONSTRAINT fk_exchange_entry_id_line FOREIGN KEY(entry_id, line) REFERENCES transfer (entry_id, line),
    CONSTRAINT exchange_has_two_members CHECK (giver_id <> receiver_id),
    CONSTRAINT exchange_fits_into_a_day CHECK (minutes BETWEEN 1 AND 1440),
    CONSTRAINT exchange_description_is_short CHECK (length(description) <= 2000),
    CONSTRAINT exchange_reference_is_short CHECK (length(reference) BETWEEN 1 AND 200),
    CONSTRAINT exchange_key_is_short CHECK (length(key) BETWEEN 1 AND 300),
    CONSTRAINT exchange_state_is_known CHECK (state = 'confirmed' OR state = 'reversed' OR state = 'proposed' OR state = 'agreed' OR state = 'disputed' OR state = 'declined' OR state = 'withdrawn'),
    CONSTRAINT exchange_logged_how_is_known CHECK (logged_how = 'import' OR logged_how = 'web' OR logged_how = 'slip' OR logged_how = 'telephone' OR logged_how = 'in-person' OR logged_how = 'job' OR logged_how = 'cli' OR logged_how = 'demo'),
    CONSTRAINT exchange_is_booked_once CHECK ((state = 'confirmed' OR state = 'reversed') = (entry_id IS NOT NULL)),
    CONSTRAINT exchange_line_is_of_its_entry CHECK ((entry_id IS NULL) = (line IS NULL)),
    CONSTRAINT exchange_is_reversed_in_the_books CHECK ((state = 'reversed') = (reversal_id IS NOT NULL)),
    CONSTRAINT fk_exchange_logged_person_id FOREIGN KEY(logged_person_id) REFERENCES person (id),
    CONSTRAINT fk_exchange_reversal_id FOREIGN KEY(reversal_id) REFERENCES entry (id)
)
 STRICT
--;
CREATE INDEX exchange_unbooked_by_receiver ON exchange (receiver_id, state) WHERE entry_id IS NULL
--;
CREATE INDEX exchange_of_joint ON exchange (joint_id) WHERE joint_id IS NOT NULL
--;
CREATE UNIQUE INDEX uq_exchange_community_id_key ON exchange (community_id, "key") WHERE key IS NOT NULL
--;
CREATE INDEX exchange_unbooked ON exchange (community_id, state) WHERE entry_id IS NULL
--;
CREATE UNIQUE INDEX uq_exchange_entry_id_line ON exchange (entry_id, line)
--;
CREATE INDEX exchange_unbooked_by_giver ON exchange (giver_id, state) WHERE entry_id IS NULL
--;
CREATE TABLE hand (
    person_id INTEGER NOT NULL,
    member_id INTEGER NOT NULL,
    community_id INTEGER NOT NULL,
    acts_as TEXT NOT NULL,
    CONSTRAINT pk_hand PRIMARY KEY (person_id, member_id),
    CONSTRAINT fk_hand_member_id_community_id FOREIGN KEY(member_id, community_id) REFERENCES member (id, community_id),
    CONSTRAINT hand_acts_in_a_known_way CHECK (acts_as IN ('self', 'household', 'guardian', 'trusted', 'organisation')),
    CONSTRAINT fk_hand_person_id FOREIGN KEY(person_id) REFERENCES person (id)
)
 STRICT
--;
CREATE UNIQUE INDEX uq_hand_self_member ON hand (member_id) WHERE acts_as = 'self'
--;
CREATE UNIQUE INDEX uq_hand_self_person ON hand (person_id, community_id) WHERE acts_as = 'self'
--;
CREATE INDEX hand_by_member ON hand (member_id)
--;
CREATE TABLE member_event (
    id INTEGER NOT NULL,
    member_id INTEGER NOT NULL,
    community_id INTEGER NOT NULL,
    happened_at TEXT NOT NULL,
    actor TEXT NOT NULL,
    what TEXT NOT NULL,
    value TEXT,
    reason TEXT,
    CONSTRAINT pk_member_event PRIMARY KEY (id),
    CONSTRAINT fk_member_event_member_id_community_id FOREIGN KEY(member_id, community_id) REFERENCES member (id, community_id),
    CONSTRAINT member_event_what_is_short CHECK (length(what) BETWEEN 1 AND 60),
    CONSTRAINT member_event_has_an_actor CHECK (length(actor) BETWEEN 1 AND 200),
    CONSTRAINT member_event_reason_is_short CHECK (length(reason) <= 500)
)
 STRICT
--;
CREATE INDEX member_event_by_member ON member_event (member_id, id)
--;
CREATE TABLE exchange_event (
    id INTEGER NOT NULL,
    exchange_id INTEGER NOT NULL,
    community_id INTEGER NOT NULL,
    happened_at TEXT NOT NULL,
    person_id INTEGER,
    member_id INTEGER,
    how TEXT NOT NULL,
    what TEXT NOT NULL,
    reason TEXT,
    minutes_before INTEGER,
    worked_on_before TEXT,
    CONSTRAINT pk_exchange_event PRIMARY KEY (id),
    CONSTRAINT fk_exchange_event_exchange_id_community_id FOREIGN KEY(exchange_id, community_id) REFERENCES exchange (id, community_id),
    CONSTRAINT exchange_event_what_is_known CHECK (what IN ('confirmed', 'declined', 'withdrawn', 'disputed', 'amended', 'booked', 'dropped', 'reversed')),
    CONSTRAINT exchange_event_reason_is_short CHECK (length(reason) BETWEEN 1 AND 500),
    CONSTRAINT exchange_event_how_is_known CHECK (how = 'import' OR how = 'web' OR how = 'slip' OR how = 'telephone' OR how = 'in-person' OR how = 'job' OR how = 'cli' OR how = 'demo'),
    CONSTRAINT fk_exchange_event_person_id FOREIGN KEY(person_id) REFERENCES person (id)
)
 STRICT
--;
CREATE INDEX exchange_event_by_exchange ON exchange_event (exchange_id, id)
