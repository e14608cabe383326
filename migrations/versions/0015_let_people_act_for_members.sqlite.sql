ALTER TABLE member ADD COLUMN kind TEXT DEFAULT 'person' NOT NULL CONSTRAINT member_kind_is_known CHECK (kind IN ('person', 'household', 'organisation'))
--;
ALTER TABLE hand ADD COLUMN may TEXT CONSTRAINT hand_of_the_trusted_has_bounds CHECK ((acts_as = 'trusted') = (may IS NOT NULL) AND (may IS NULL OR length(may) <= 200))
--;
CREATE TABLE hand_event (
    id INTEGER NOT NULL,
    member_id INTEGER NOT NULL,
    community_id INTEGER NOT NULL,
    person_id INTEGER NOT NULL,
    called TEXT NOT NULL,
    acts_as TEXT NOT NULL,
    may TEXT,
    what TEXT NOT NULL,
    happened_at TEXT NOT NULL,
    actor TEXT NOT NULL,
    CONSTRAINT pk_hand_event PRIMARY KEY (id),
    CONSTRAINT fk_hand_event_member_id_community_id FOREIGN KEY(member_id, community_id) REFERENCES member (id, community_id),
    CONSTRAINT hand_event_acts_in_a_known_way CHECK (acts_as = 'household' OR acts_as = 'organisation' OR acts_as = 'trusted'),
    CONSTRAINT hand_event_what_is_known CHECK (what = 'given' OR what = 'ended'),
    CONSTRAINT hand_event_called_is_short CHECK (length(called) BETWEEN 1 AND 100),
    CONSTRAINT hand_event_of_trusted_has_bounds CHECK ((acts_as = 'trusted') = (may IS NOT NULL)),
    CONSTRAINT hand_event_may_is_short CHECK (length(may) <= 200),
    CONSTRAINT hand_event_has_an_actor CHECK (length(actor) BETWEEN 1 AND 200),
    CONSTRAINT fk_hand_event_person_id FOREIGN KEY(person_id) REFERENCES person (id)
)
 STRICT
--;
CREATE INDEX hand_event_by_member ON hand_event (member_id, id)
--;
CREATE INDEX hand_event_by_person ON hand_event (person_id, community_id, id)
