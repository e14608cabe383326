ALTER TABLE donation_by_hand RENAME TO donation_by_hand_before
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
    CONSTRAINT donation_by_hand_way_is_known CHECK (way = 'cash' OR way = 'transfer' OR way = 'thanks'),
    CONSTRAINT donation_by_hand_has_an_actor CHECK (length(actor) BETWEEN 1 AND 200),
    CONSTRAINT donation_by_hand_is_taken_back_for_a_reason CHECK ((reversal_id IS NULL) = (taken_back_because IS NULL)),
    CONSTRAINT donation_by_hand_reason_is_short CHECK (length(taken_back_because) BETWEEN 1 AND 500),
    CONSTRAINT fk_donation_by_hand_entry_id FOREIGN KEY(entry_id) REFERENCES entry (id),
    CONSTRAINT fk_donation_by_hand_reversal_id FOREIGN KEY(reversal_id) REFERENCES entry (id)
)
 STRICT
--;
INSERT INTO donation_by_hand (donation_id, community_id, way, actor, entry_id, reversal_id, taken_back_because)
SELECT donation_id, community_id, way, actor, entry_id, reversal_id, taken_back_because FROM donation_by_hand_before
--;
DROP TABLE donation_by_hand_before
