CREATE TABLE standing_arrangement (
    id INTEGER NOT NULL,
    community_id INTEGER NOT NULL,
    giver_id INTEGER NOT NULL,
    receiver_id INTEGER NOT NULL,
    kind_id INTEGER,
    every TEXT NOT NULL,
    weekdays INTEGER NOT NULL,
    nths INTEGER NOT NULL,
    begins_minute INTEGER,
    minutes INTEGER NOT NULL,
    km INTEGER NOT NULL,
    words TEXT NOT NULL,
    pays TEXT NOT NULL,
    takes TEXT NOT NULL,
    first_on TEXT NOT NULL,
    over_from TEXT,
    ended_because TEXT,
    follows_id INTEGER,
    "key" TEXT NOT NULL,
    made_at TEXT NOT NULL,
    actor TEXT NOT NULL,
    CONSTRAINT pk_standing_arrangement PRIMARY KEY (id),
    CONSTRAINT uq_standing_arrangement_id_community_id UNIQUE (id, community_id),
    CONSTRAINT uq_standing_arrangement_community_id_key UNIQUE (community_id, "key"),
    CONSTRAINT uq_standing_arrangement_follows_id UNIQUE (follows_id),
    CONSTRAINT fk_standing_arrangement_giver_id_community_id FOREIGN KEY(giver_id, community_id) REFERENCES member (id, community_id),
    CONSTRAINT fk_standing_arrangement_receiver_id_community_id FOREIGN KEY(receiver_id, community_id) REFERENCES member (id, community_id),
    CONSTRAINT fk_standing_arrangement_kind_id_community_id FOREIGN KEY(kind_id, community_id) REFERENCES help_kind (id, community_id),
    CONSTRAINT fk_standing_arrangement_follows_id_community_id FOREIGN KEY(follows_id, community_id) REFERENCES standing_arrangement (id, community_id),
    CONSTRAINT standing_arrangement_has_two_members CHECK (giver_id <> receiver_id),
    CONSTRAINT standing_arrangement_rhythm_is_known CHECK (every = 'weekly' OR every = 'fortnightly' OR every = 'monthly'),
    CONSTRAINT standing_arrangement_falls_on_weekdays CHECK (weekdays BETWEEN 1 AND 127),
    CONSTRAINT standing_arrangement_says_which_of_a_month CHECK (nths BETWEEN 0 AND 62 AND (nths > 0) = (every = 'monthly')),
    CONSTRAINT standing_arrangement_begins_on_its_day CHECK (begins_minute BETWEEN 0 AND 1439),
    CONSTRAINT standing_arrangement_fits_into_a_day CHECK (minutes BETWEEN 1 AND 1440),
    CONSTRAINT standing_arrangement_goes_somewhere CHECK (km BETWEEN 0 AND 1000),
    CONSTRAINT standing_arrangement_words_are_few CHECK (length(words) <= 200),
    CONSTRAINT standing_arrangement_is_paid_by_something_known CHECK (pays = 'hours' OR pays = 'bill' OR pays = 'tickets'),
    CONSTRAINT standing_arrangement_is_taken_as_something_known CHECK (takes = 'hours' OR takes = 'usual' OR takes = 'thanks' OR takes = 'nothing'),
    CONSTRAINT standing_arrangement_begins_before_it_ends CHECK (over_from >= first_on),
    CONSTRAINT standing_arrangement_ends_for_a_short_reason CHECK (length(ended_because) BETWEEN 1 AND 500),
    CONSTRAINT standing_arrangement_key_is_short CHECK (length(key) BETWEEN 1 AND 300),
    CONSTRAINT standing_arrangement_has_an_actor CHECK (length(actor) BETWEEN 1 AND 200),
    CONSTRAINT fk_standing_arrangement_community_id FOREIGN KEY(community_id) REFERENCES community (id)
)
 STRICT
--;
CREATE INDEX standing_arrangement_by_community ON standing_arrangement (community_id, first_on)
--;
CREATE INDEX standing_arrangement_by_giver ON standing_arrangement (giver_id)
--;
CREATE INDEX standing_arrangement_by_receiver ON standing_arrangement (receiver_id)
--;
CREATE TABLE standing_day (
    id INTEGER NOT NULL,
    community_id INTEGER NOT NULL,
    arrangement_id INTEGER NOT NULL,
    worked_on TEXT NOT NULL,
    exchange_id INTEGER,
    said_at TEXT NOT NULL,
    actor TEXT NOT NULL,
    CONSTRAINT pk_standing_day PRIMARY KEY (id),
    CONSTRAINT uq_standing_day_exchange_id UNIQUE (exchange_id),
    CONSTRAINT fk_standing_day_arrangement_id_community_id FOREIGN KEY(arrangement_id, community_id) REFERENCES standing_arrangement (id, community_id),
    CONSTRAINT fk_standing_day_exchange_id_community_id FOREIGN KEY(exchange_id, community_id) REFERENCES exchange (id, community_id),
    CONSTRAINT standing_day_has_an_actor CHECK (length(actor) BETWEEN 1 AND 200)
)
 STRICT
--;
CREATE INDEX standing_day_by_arrangement ON standing_day (arrangement_id, worked_on, id)
--;
CREATE TRIGGER standing_arrangement_stays BEFORE UPDATE OF community_id, giver_id, receiver_id, kind_id, every, weekdays, nths, begins_minute, minutes, km, pays, takes, first_on, follows_id, key, made_at, actor
           ON standing_arrangement
           BEGIN SELECT RAISE(ABORT, 'standing_arrangement_stays'); END
--;
CREATE TRIGGER standing_arrangement_remains BEFORE DELETE ON standing_arrangement
           BEGIN SELECT RAISE(ABORT, 'standing_arrangement_stays'); END
--;
CREATE TRIGGER standing_day_is_confirmed_once BEFORE INSERT ON standing_day
           WHEN EXISTS (
                 SELECT 1 FROM standing_day d
                 JOIN exchange x ON x.id = d.exchange_id AND x.state = 'confirmed'
                 WHERE d.arrangement_id = NEW.arrangement_id AND d.worked_on = NEW.worked_on)
           BEGIN SELECT RAISE(ABORT, 'standing_day_is_confirmed_once'); END
--;
CREATE TRIGGER standing_day_is_of_its_exchange BEFORE INSERT ON standing_day
           WHEN NEW.exchange_id IS NOT NULL AND NOT EXISTS (
                 SELECT 1 FROM exchange x JOIN standing_arrangement a ON a.id = NEW.arrangement_id
                 WHERE x.id = NEW.exchange_id AND x.giver_id = a.giver_id
                   AND x.receiver_id = a.receiver_id AND x.worked_on = NEW.worked_on)
           BEGIN SELECT RAISE(ABORT, 'standing_day_is_of_its_exchange'); END
--;
CREATE TRIGGER standing_day_stays BEFORE UPDATE ON standing_day
           BEGIN SELECT RAISE(ABORT, 'standing_day_stays'); END
--;
CREATE TRIGGER standing_day_remains BEFORE DELETE ON standing_day
           BEGIN SELECT RAISE(ABORT, 'standing_day_stays'); END
