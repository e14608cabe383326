CREATE TABLE absence (
    member_id INTEGER NOT NULL,
    community_id INTEGER NOT NULL,
    until TEXT NOT NULL,
    CONSTRAINT pk_absence PRIMARY KEY (member_id),
    CONSTRAINT fk_absence_member_id_community_id FOREIGN KEY(member_id, community_id) REFERENCES member (id, community_id)
)
 STRICT
--;
CREATE TABLE farewell (
    member_id INTEGER NOT NULL,
    community_id INTEGER NOT NULL,
    left_on TEXT NOT NULL,
    died INTEGER NOT NULL,
    family_contact TEXT NOT NULL,
    CONSTRAINT pk_farewell PRIMARY KEY (member_id),
    CONSTRAINT fk_farewell_member_id_community_id FOREIGN KEY(member_id, community_id) REFERENCES member (id, community_id),
    CONSTRAINT farewell_contact_is_short CHECK (length(family_contact) <= 300)
)
 STRICT
