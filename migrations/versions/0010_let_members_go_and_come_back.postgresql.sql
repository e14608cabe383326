CREATE TABLE absence (
    member_id BIGINT NOT NULL,
    community_id BIGINT NOT NULL,
    until DATE NOT NULL,
    CONSTRAINT pk_absence PRIMARY KEY (member_id),
    CONSTRAINT fk_absence_member_id_community_id FOREIGN KEY(member_id, community_id) REFERENCES member (id, community_id)
)
--;
CREATE TABLE farewell (
    member_id BIGINT NOT NULL,
    community_id BIGINT NOT NULL,
    left_on DATE NOT NULL,
    died BOOLEAN NOT NULL,
    family_contact TEXT NOT NULL,
    CONSTRAINT pk_farewell PRIMARY KEY (member_id),
    CONSTRAINT fk_farewell_member_id_community_id FOREIGN KEY(member_id, community_id) REFERENCES member (id, community_id),
    CONSTRAINT farewell_contact_is_short CHECK (length(family_contact) <= 300)
)
