CREATE TABLE document (
    id BIGSERIAL NOT NULL,
    community_id BIGINT NOT NULL,
    media_type TEXT NOT NULL,
    size BIGINT NOT NULL,
    sha256 BYTEA NOT NULL,
    content BYTEA NOT NULL,
    made_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_document PRIMARY KEY (id),
    CONSTRAINT uq_document_community_id_sha256 UNIQUE (community_id, sha256),
    CONSTRAINT uq_document_id_community_id UNIQUE (id, community_id),
    CONSTRAINT document_media_type_is_known CHECK (media_type = 'application/pdf' OR media_type = 'image/png' OR media_type = 'image/jpeg'),
    CONSTRAINT document_size_is_bounded CHECK (size BETWEEN 1 AND 1000000),
    CONSTRAINT document_has_its_size CHECK (length(content) = size),
    CONSTRAINT document_has_a_hash CHECK (length(sha256) = 32),
    CONSTRAINT fk_document_community_id FOREIGN KEY(community_id) REFERENCES community (id)
)
--;
CREATE TRIGGER document_stays BEFORE DELETE OR UPDATE ON document
           FOR EACH ROW EXECUTE FUNCTION ledger_is_final()
--;
CREATE TRIGGER document_remains BEFORE TRUNCATE ON document
           FOR EACH STATEMENT EXECUTE FUNCTION ledger_is_final()
