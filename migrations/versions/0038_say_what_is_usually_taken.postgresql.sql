CREATE TABLE support_usual (
    member_id BIGINT NOT NULL,
    community_id BIGINT NOT NULL,
    takes TEXT NOT NULL,
    said_at TIMESTAMP WITH TIME ZONE NOT NULL,
    actor TEXT NOT NULL,
    CONSTRAINT pk_support_usual PRIMARY KEY (member_id),
    CONSTRAINT fk_support_usual_member_id_community_id FOREIGN KEY(member_id, community_id) REFERENCES member (id, community_id),
    CONSTRAINT support_usual_takes_something_known CHECK (takes = 'thanks' OR takes = 'hours' OR takes = 'nothing'),
    CONSTRAINT support_usual_has_an_actor CHECK (length(actor) BETWEEN 1 AND 200)
)
