CREATE TABLE fund_spending (
    id INTEGER NOT NULL,
    community_id INTEGER NOT NULL,
    fund_id INTEGER NOT NULL,
    amount_minor INTEGER NOT NULL,
    currency TEXT NOT NULL,
    nature TEXT NOT NULL,
    spent_on TEXT NOT NULL,
    words TEXT NOT NULL,
    "key" TEXT NOT NULL,
    done_at TEXT NOT NULL,
    actor TEXT NOT NULL,
    entry_id INTEGER NOT NULL,
    reversal_id INTEGER,
    taken_back_because TEXT,
    CONSTRAINT pk_fund_spending PRIMARY KEY (id),
    CONSTRAINT uq_fund_spending_community_id_key UNIQUE (community_id, "key"),
    CONSTRAINT uq_fund_spending_entry_id UNIQUE (entry_id),
    CONSTRAINT uq_fund_spending_reversal_id UNIQUE (reversal_id),
    CONSTRAINT fk_fund_spending_fund_id_community_id FOREIGN KEY(fund_id, community_id) REFERENCES fund (id, community_id),
    CONSTRAINT fund_spending_amount_is_bounded CHECK (amount_minor BETWEEN 1 AND 10000000000),
    CONSTRAINT fund_spending_currency_has_three_letters CHECK (length(currency) = 3),
    CONSTRAINT fund_spending_nature_is_known CHECK (nature = 'ingredients' OR nature = 'fuel' OR nature = 'rent' OR nature = 'postage' OR nature = 'thanks' OR nature = 'equipment' OR nature = 'insurance' OR nature = 'other'),
    CONSTRAINT fund_spending_words_are_short CHECK (length(words) BETWEEN 1 AND 500),
    CONSTRAINT fund_spending_key_is_short CHECK (length(key) BETWEEN 1 AND 300),
    CONSTRAINT fund_spending_has_an_actor CHECK (length(actor) BETWEEN 1 AND 200),
    CONSTRAINT fund_spending_is_taken_back_for_a_reason CHECK ((reversal_id IS NULL) = (taken_back_because IS NULL)),
    CONSTRAINT fund_spending_reason_is_short CHECK (length(taken_back_because) BETWEEN 1 AND 500),
    CONSTRAINT fk_fund_spending_entry_id FOREIGN KEY(entry_id) REFERENCES entry (id),
    CONSTRAINT fk_fund_spending_reversal_id FOREIGN KEY(reversal_id) REFERENCES entry (id)
)
 STRICT
--;
CREATE INDEX fund_spending_by_fund ON fund_spending (fund_id, spent_on)
