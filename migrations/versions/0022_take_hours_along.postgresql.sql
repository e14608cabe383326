CREATE TABLE took_part (
    exchange_id BIGINT NOT NULL,
    member_id BIGINT NOT NULL,
    community_id BIGINT NOT NULL,
    person_id BIGINT NOT NULL,
    CONSTRAINT pk_took_part PRIMARY KEY (exchange_id, member_id),
    CONSTRAINT fk_took_part_exchange_id_community_id FOREIGN KEY(exchange_id, community_id) REFERENCES exchange (id, community_id),
    CONSTRAINT fk_took_part_member_id_community_id FOREIGN KEY(member_id, community_id) REFERENCES member (id, community_id),
    CONSTRAINT fk_took_part_person_id FOREIGN KEY(person_id) REFERENCES person (id)
)
--;
CREATE INDEX took_part_by_member ON took_part (member_id, person_id)
--;
CREATE TABLE household_share (
    id BIGSERIAL NOT NULL,
    community_id BIGINT NOT NULL,
    key TEXT,
    member_id BIGINT NOT NULL,
    person_id BIGINT NOT NULL,
    asked_minutes BIGINT NOT NULL,
    asked_at TIMESTAMP WITH TIME ZONE NOT NULL,
    asked_by TEXT NOT NULL,
    to_member_id BIGINT,
    minutes BIGINT,
    entry_id BIGINT,
    settled_on DATE,
    settled_at TIMESTAMP WITH TIME ZONE,
    settled_by TEXT,
    reason TEXT NOT NULL,
    CONSTRAINT pk_household_share PRIMARY KEY (id),
    CONSTRAINT fk_household_share_member_id_community_id FOREIGN KEY(member_id, community_id) REFERENCES member (id, community_id),
    CONSTRAINT fk_household_share_to_member_id_community_id FOREIGN KEY(to_member_id, community_id) REFERENCES member (id, community_id),
    CONSTRAINT uq_household_share_community_id_key UNIQUE (community_id, key),
    CONSTRAINT household_share_key_is_short CHECK (length(key) BETWEEN 1 AND 300),
    CONSTRAINT household_share_is_settled_by_a_form CHECK ((settled_at IS NULL) = (key IS NULL)),
    CONSTRAINT household_share_asks_for_hours CHECK (asked_minutes BETWEEN 0 AND 6000000),
    CONSTRAINT household_share_moves_hours CHECK (minutes BETWEEN 0 AND 6000000),
    CONSTRAINT household_share_goes_to_another CHECK (to_member_id <> member_id),
    CONSTRAINT household_share_is_settled_once CHECK ((settled_at IS NULL) = (minutes IS NULL) AND (settled_at IS NULL) = (settled_on IS NULL) AND (settled_at IS NULL) = (settled_by IS NULL)),
    CONSTRAINT household_share_moves_by_an_entry CHECK ((coalesce(minutes, 0) > 0) = (entry_id IS NOT NULL) AND (entry_id IS NULL) = (to_member_id IS NULL)),
    CONSTRAINT household_share_reason_is_short CHECK (length(reason) <= 500),
    CONSTRAINT household_share_has_an_actor CHECK (length(asked_by) BETWEEN 1 AND 200),
    CONSTRAINT household_share_is_settled_by_one CHECK (length(settled_by) BETWEEN 1 AND 200),
    CONSTRAINT fk_household_share_person_id FOREIGN KEY(person_id) REFERENCES person (id),
    CONSTRAINT uq_household_share_entry_id UNIQUE (entry_id),
    CONSTRAINT fk_household_share_entry_id FOREIGN KEY(entry_id) REFERENCES entry (id)
)
--;
CREATE INDEX household_share_by_community ON household_share (community_id, id)
--;
CREATE INDEX household_share_by_receiver ON household_share (to_member_id)
--;
CREATE UNIQUE INDEX uq_household_share_open ON household_share (member_id, person_id) WHERE settled_at IS NULL
