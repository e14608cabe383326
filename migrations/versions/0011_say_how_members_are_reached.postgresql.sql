CREATE TABLE contact_detail (
    member_id BIGINT NOT NULL,
    community_id BIGINT NOT NULL,
    kind TEXT NOT NULL,
    value TEXT NOT NULL,
    search_key TEXT NOT NULL,
    audience TEXT NOT NULL,
    changed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_contact_detail PRIMARY KEY (member_id, kind),
    CONSTRAINT fk_contact_detail_member_id_community_id FOREIGN KEY(member_id, community_id) REFERENCES member (id, community_id),
    CONSTRAINT contact_detail_kind_is_known CHECK (kind = 'telephone' OR kind = 'email' OR kind = 'address' OR kind = 'other'),
    CONSTRAINT contact_detail_audience_is_known CHECK (audience = 'nobody' OR audience = 'coordinators' OR audience = 'agreed' OR audience = 'members'),
    CONSTRAINT contact_detail_is_short CHECK (length(value) BETWEEN 1 AND 300),
    CONSTRAINT contact_detail_key_is_short CHECK (length(search_key) <= 400),
    CONSTRAINT contact_detail_telephone_has_digits CHECK (kind <> 'telephone' OR length(search_key) >= 5)
)
--;
CREATE INDEX contact_detail_by_key ON contact_detail (community_id, kind, search_key)
