CREATE TABLE purpose_change (
    id INTEGER NOT NULL,
    community_id INTEGER NOT NULL,
    fund_id INTEGER NOT NULL,
    to_fund_id INTEGER NOT NULL,
    to_name TEXT NOT NULL,
    to_purpose TEXT NOT NULL,
    decision TEXT NOT NULL,
    decided_by TEXT NOT NULL,
    decided_on TEXT NOT NULL,
    answer_by TEXT NOT NULL,
    state TEXT NOT NULL,
    asked_at TEXT NOT NULL,
    actor TEXT NOT NULL,
    ended_at TEXT,
    ended_by TEXT,
    entry_id INTEGER,
    currency TEXT NOT NULL,
    moved_minor INTEGER NOT NULL,
    back_minor INTEGER NOT NULL,
    CONSTRAINT pk_purpose_change PRIMARY KEY (id),
    CONSTRAINT uq_purpose_change_id_community_id UNIQUE (id, community_id),
    CONSTRAINT uq_purpose_change_entry_id UNIQUE (entry_id),
    CONSTRAINT fk_purpose_change_fund_id_community_id FOREIGN KEY(fund_id, community_id) REFERENCES fund (id, community_id),
    CONSTRAINT fk_purpose_change_to_fund_id_community_id FOREIGN KEY(to_fund_id, community_id) REFERENCES fund (id, community_id),
    CONSTRAINT purpose_change_is_a_change CHECK (fund_id <> to_fund_id),
    CONSTRAINT purpose_change_name_is_short CHECK (length(to_name) BETWEEN 1 AND 60),
    CONSTRAINT purpose_change_purpose_is_short CHECK (length(to_purpose) BETWEEN 1 AND 500),
    CONSTRAINT purpose_change_decision_is_short CHECK (length(decision) BETWEEN 1 AND 1000),
    CONSTRAINT purpose_change_is_decided_by_somebody CHECK (length(decided_by) BETWEEN 1 AND 100),
    CONSTRAINT purpose_change_is_asked_after_it_is_decided CHECK (answer_by > decided_on),
    CONSTRAINT purpose_change_state_is_known CHECK (state = 'asked' OR state = 'settled' OR state = 'given-up'),
    CONSTRAINT purpose_change_currency_has_three_letters CHECK (length(currency) = 3),
    CONSTRAINT purpose_change_has_an_actor CHECK (length(actor) BETWEEN 1 AND 200),
    CONSTRAINT purpose_change_ends_by_somebody CHECK ((state = 'asked') = (ended_at IS NULL) AND (ended_at IS NULL) = (ended_by IS NULL)),
    CONSTRAINT purpose_change_moves_no_less CHECK (moved_minor >= 0 AND back_minor >= 0),
    CONSTRAINT purpose_change_is_booked CHECK ((entry_id IS NOT NULL) = (moved_minor + back_minor > 0) AND (entry_id IS NULL OR state = 'settled')),
    CONSTRAINT fk_purpose_change_entry_id FOREIGN KEY(entry_id) REFERENCES entry (id)
)
 STRICT
--;
CREATE UNIQUE INDEX purpose_change_asked ON purpose_change (fund_id) WHERE state = 'asked'
--;
CREATE INDEX purpose_change_by_fund ON purpose_change (fund_id)
--;
CREATE INDEX purpose_change_to_fund ON purpose_change (to_fund_id)
--;
CREATE TABLE donation_kept (
    donation_id INTEGER NOT NULL,
    community_id INTEGER NOT NULL,
    fund_id INTEGER NOT NULL,
    to_give_back INTEGER NOT NULL,
    gone_minor INTEGER NOT NULL,
    since TEXT NOT NULL,
    CONSTRAINT pk_donation_kept PRIMARY KEY (donation_id),
    CONSTRAINT fk_donation_kept_donation_id_community_id FOREIGN KEY(donation_id, community_id) REFERENCES donation (id, community_id),
    CONSTRAINT fk_donation_kept_fund_id_community_id FOREIGN KEY(fund_id, community_id) REFERENCES fund (id, community_id),
    CONSTRAINT donation_kept_is_no_more_than_was_given CHECK (gone_minor >= 0)
)
 STRICT
--;
CREATE INDEX donation_kept_by_fund ON donation_kept (fund_id)
--;
CREATE TABLE donation_handed_back (
    donation_id INTEGER NOT NULL,
    community_id INTEGER NOT NULL,
    amount_minor INTEGER NOT NULL,
    way TEXT NOT NULL,
    handed_on TEXT NOT NULL,
    done_at TEXT NOT NULL,
    actor TEXT NOT NULL,
    entry_id INTEGER NOT NULL,
    CONSTRAINT pk_donation_handed_back PRIMARY KEY (donation_id),
    CONSTRAINT uq_donation_handed_back_entry_id UNIQUE (entry_id),
    CONSTRAINT fk_donation_handed_back_donation_id_community_id FOREIGN KEY(donation_id, community_id) REFERENCES donation (id, community_id),
    CONSTRAINT donation_handed_back_is_bounded CHECK (amount_minor BETWEEN 1 AND 10000000000),
    CONSTRAINT donation_handed_back_way_is_known CHECK (way = 'cash' OR way = 'transfer'),
    CONSTRAINT donation_handed_back_has_an_actor CHECK (length(actor) BETWEEN 1 AND 200),
    CONSTRAINT fk_donation_handed_back_entry_id FOREIGN KEY(entry_id) REFERENCES entry (id)
)
 STRICT
--;
CREATE TABLE purpose_giver (
    id INTEGER NOT NULL,
    community_id INTEGER NOT NULL,
    change_id INTEGER NOT NULL,
    token TEXT NOT NULL,
    answer TEXT,
    answered_at TEXT,
    heard TEXT,
    actor TEXT,
    CONSTRAINT pk_purpose_giver PRIMARY KEY (id),
    CONSTRAINT uq_purpose_giver_token UNIQUE (token),
    CONSTRAINT uq_purpose_giver_id_change_id UNIQUE (id, change_id),
    CONSTRAINT fk_purpose_giver_change_id_community_id FOREIGN KEY(change_id, community_id) REFERENCES purpose_change (id, community_id),
    CONSTRAINT purpose_giver_token_is_unguessable CHECK (length(token) BETWEEN 20 AND 64),
    CONSTRAINT purpose_giver_answer_is_known CHECK (answer = 'agreed' OR answer = 'back'),
    CONSTRAINT purpose_giver_way_is_known CHECK (heard = 'web' OR heard = 'slip' OR heard = 'telephone' OR heard = 'in-person'),
    CONSTRAINT purpose_giver_answers_at_some_time CHECK ((answer IS NULL) = (answered_at IS NULL) AND (answer IS NULL) = (heard IS NULL) AND (answer IS NULL) = (actor IS NULL))
)
 STRICT
--;
CREATE INDEX purpose_giver_by_change ON purpose_giver (change_id)
--;
CREATE TABLE purpose_gift (
    id INTEGER NOT NULL,
    community_id INTEGER NOT NULL,
    change_id INTEGER NOT NULL,
    giver_id INTEGER NOT NULL,
    donation_id INTEGER NOT NULL,
    settled_minor INTEGER,
    CONSTRAINT pk_purpose_gift PRIMARY KEY (id),
    CONSTRAINT uq_purpose_gift_change_id_donation_id UNIQUE (change_id, donation_id),
    CONSTRAINT fk_purpose_gift_giver_id_change_id FOREIGN KEY(giver_id, change_id) REFERENCES purpose_giver (id, change_id),
    CONSTRAINT fk_purpose_gift_donation_id_community_id FOREIGN KEY(donation_id, community_id) REFERENCES donation (id, community_id),
    CONSTRAINT purpose_gift_is_settled_for_something CHECK (settled_minor >= 0)
)
 STRICT
--;
CREATE INDEX purpose_gift_by_donation ON purpose_gift (donation_id)
--;
CREATE INDEX purpose_gift_by_giver ON purpose_gift (giver_id)
