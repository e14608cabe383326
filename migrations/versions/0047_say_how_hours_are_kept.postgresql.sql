CREATE TABLE support_words (
    community_id BIGINT NOT NULL,
    kept TEXT NOT NULL,
    said_at TIMESTAMP WITH TIME ZONE NOT NULL,
    actor TEXT NOT NULL,
    CONSTRAINT pk_support_words PRIMARY KEY (community_id),
    CONSTRAINT support_words_are_short CHECK (length(kept) <= 500),
    CONSTRAINT support_words_have_an_actor CHECK (length(actor) BETWEEN 1 AND 200),
    CONSTRAINT fk_support_words_community_id FOREIGN KEY(community_id) REFERENCES community (id)
)
