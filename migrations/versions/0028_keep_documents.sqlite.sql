CREATE TABLE document (
    id INTEGER NOT NULL,
    community_id INTEGER NOT NULL,
    media_type TEXT NOT NULL,
    size INTEGER NOT NULL,
    sha256 BLOB NOT NULL,
    content BLOB NOT NULL,
    made_at TEXT NOT NULL,
    CONSTRAINT pk_document PRIMARY KEY (id),
    CONSTRAINT uq_document_community_id_sha256 UNIQUE (community_id, sha256),
    CONSTRAINT uq_document_id_community_id UNIQUE (id, community_id),
    CONSTRAINT document_media_type_is_known CHECK (media_type = 'application/pdf' OR media_type = 'image/png' OR media_type = 'image/jpeg'),
    CONSTRAINT document_size_is_bounded CHECK (size BETWEEN 1 AND 1000000),
    CONSTRAINT document_has_its_size CHECK (length(content) = size),
    CONSTRAINT document_has_a_hash CHECK (length(sha256) = 32),
    CONSTRAINT fk_document_community_id FOREIGN KEY(community_id) REFERENCES community (id)
)
 STRICT
--;
CREATE TRIGGER document_stays BEFORE UPDATE ON document
           BEGIN SELECT RAISE(ABORT, 'document_is_final'); END
--;
CREATE TRIGGER document_remains BEFORE DELETE ON document
           BEGIN SELECT RAISE(ABORT, 'document_is_final'); END
