ALTER TABLE donation ADD COLUMN reading TEXT DEFAULT '' NOT NULL CONSTRAINT donation_reading_is_short CHECK (length(reading) <= 100)
--;
ALTER TABLE donation ADD COLUMN organisation INTEGER DEFAULT 0 NOT NULL
--;
ALTER TABLE donation ADD COLUMN dedication TEXT DEFAULT '' NOT NULL CONSTRAINT donation_dedication_is_known CHECK (dedication = '' OR dedication = 'memory' OR dedication = 'honour')
--;
ALTER TABLE donation ADD COLUMN dedicated_to TEXT DEFAULT '' NOT NULL CONSTRAINT donation_is_dedicated_to_somebody CHECK (length(dedicated_to) <= 100 AND (dedication = '') = (dedicated_to = ''))
--;
CREATE TABLE donation_by_hand (
    donation_id INTEGER NOT NULL,
    community_id INTEGER NOT NULL,
    way TEXT NOT NULL,
    actor TEXT NOT NULL,
    entry_id INTEGER NOT NULL,
    reversal_id INTEGER,
    taken_back_because TEXT,
    CONSTRAINT pk_donation_by_hand PRIMARY KEY (donation_id),
    CONSTRAINT uq_donation_by_hand_entry_id UNIQUE (entry_id),
    CONSTRAINT uq_donation_by_hand_reversal_id UNIQUE (reversal_id),
    CONSTRAINT fk_donation_by_hand_donation_id_community_id FOREIGN KEY(donation_id, community_id) REFERENCES donation (id, community_id),
    CONSTRAINT donation_by_hand_way_is_known CHECK (way = 'cash' OR way = 'transfer'),
    CONSTRAINT donation_by_hand_has_an_actor CHECK (length(actor) BETWEEN 1 AND 200),
    CONSTRAINT donation_by_hand_is_taken_back_for_a_reason CHECK ((reversal_id IS NULL) = (taken_back_because IS NULL)),
    CONSTRAINT donation_by_hand_reason_is_short CHECK (length(taken_back_because) BETWEEN 1 AND 500),
    CONSTRAINT fk_donation_by_hand_entry_id FOREIGN KEY(entry_id) REFERENCES entry (id),
    CONSTRAINT fk_donation_by_hand_reversal_id FOREIGN KEY(reversal_id) REFERENCES entry (id)
)
 STRICT
--;
CREATE TABLE gift_in_kind (
    id INTEGER NOT NULL,
    community_id INTEGER NOT NULL,
    what TEXT NOT NULL,
    given_on TEXT NOT NULL,
    fund_id INTEGER,
    activity TEXT NOT NULL,
    name TEXT NOT NULL,
    reading TEXT NOT NULL,
    name_hidden INTEGER NOT NULL,
    organisation INTEGER NOT NULL,
    address TEXT NOT NULL,
    member_id INTEGER,
    made_at TEXT NOT NULL,
    actor TEXT NOT NULL,
    "key" TEXT NOT NULL,
    taken_back_because TEXT,
    CONSTRAINT pk_gift_in_kind PRIMARY KEY (id),
    CONSTRAINT uq_gift_in_kind_community_id_key UNIQUE (community_id, "key"),
    CONSTRAINT fk_gift_in_kind_fund_id_community_id FOREIGN KEY(fund_id, community_id) REFERENCES fund (id, community_id),
    CONSTRAINT fk_gift_in_kind_member_id_community_id FOREIGN KEY(member_id, community_id) REFERENCES member (id, community_id),
    CONSTRAINT gift_in_kind_what_is_short CHECK (length(what) BETWEEN 1 AND 500),
    CONSTRAINT gift_in_kind_activity_is_short CHECK (length(activity) <= 100),
    CONSTRAINT gift_in_kind_is_for_one_thing CHECK (fund_id IS NULL OR activity = ''),
    CONSTRAINT gift_in_kind_name_is_short CHECK (length(name) <= 100),
    CONSTRAINT gift_in_kind_reading_is_short CHECK (length(reading) <= 100),
    CONSTRAINT gift_in_kind_address_is_short CHECK (length(address) <= 300),
    CONSTRAINT gift_in_kind_key_is_short CHECK (length(key) BETWEEN 1 AND 300),
    CONSTRAINT gift_in_kind_has_an_actor CHECK (length(actor) BETWEEN 1 AND 200),
    CONSTRAINT gift_in_kind_reason_is_short CHECK (length(taken_back_because) BETWEEN 1 AND 500),
    CONSTRAINT fk_gift_in_kind_community_id FOREIGN KEY(community_id) REFERENCES community (id)
)
 STRICT
--;
CREATE INDEX gift_in_kind_by_day ON gift_in_kind (community_id, given_on)
--;
CREATE INDEX gift_in_kind_by_member ON gift_in_kind (member_id)
