CREATE TABLE support_rule (
    community_id BIGINT NOT NULL,
    second_officer BOOLEAN NOT NULL,
    CONSTRAINT pk_support_rule PRIMARY KEY (community_id),
    CONSTRAINT fk_support_rule_community_id FOREIGN KEY(community_id) REFERENCES community (id)
)
--;
CREATE TABLE support_month (
    id BIGSERIAL NOT NULL,
    community_id BIGINT NOT NULL,
    month DATE NOT NULL,
    asked_at TIMESTAMP WITH TIME ZONE,
    asked_by TEXT,
    closed_at TIMESTAMP WITH TIME ZONE,
    closed_by TEXT,
    CONSTRAINT pk_support_month PRIMARY KEY (id),
    CONSTRAINT uq_support_month_community_id_month UNIQUE (community_id, month),
    CONSTRAINT uq_support_month_id_community_id UNIQUE (id, community_id),
    CONSTRAINT support_month_somebody_asked CHECK ((asked_at IS NULL) = (asked_by IS NULL) AND length(asked_by) BETWEEN 1 AND 200),
    CONSTRAINT support_month_is_closed_by_somebody CHECK ((closed_at IS NULL) = (closed_by IS NULL) AND length(closed_by) BETWEEN 1 AND 200),
    CONSTRAINT fk_support_month_community_id FOREIGN KEY(community_id) REFERENCES community (id)
)
--;
CREATE TABLE support_settled (
    id BIGSERIAL NOT NULL,
    community_id BIGINT NOT NULL,
    month_id BIGINT NOT NULL,
    exchange_id BIGINT,
    expense_id BIGINT,
    back BOOLEAN NOT NULL,
    CONSTRAINT pk_support_settled PRIMARY KEY (id),
    CONSTRAINT fk_support_settled_month_id_community_id FOREIGN KEY(month_id, community_id) REFERENCES support_month (id, community_id),
    CONSTRAINT fk_support_settled_exchange_id FOREIGN KEY(exchange_id) REFERENCES support_visit (exchange_id),
    CONSTRAINT fk_support_settled_expense_id FOREIGN KEY(expense_id) REFERENCES support_expense (id),
    CONSTRAINT uq_support_settled_exchange_id_back UNIQUE (exchange_id, back),
    CONSTRAINT uq_support_settled_expense_id_back UNIQUE (expense_id, back),
    CONSTRAINT support_settled_is_one_of_the_two CHECK ((exchange_id IS NULL) <> (expense_id IS NULL))
)
--;
CREATE INDEX support_settled_by_month ON support_settled (month_id)
--;
CREATE TRIGGER support_month_stays BEFORE UPDATE OR DELETE ON support_month
           FOR EACH ROW WHEN (OLD.closed_at IS NOT NULL) EXECUTE FUNCTION ledger_is_final()
--;
CREATE TRIGGER support_settled_stays BEFORE UPDATE OR DELETE ON support_settled
           FOR EACH ROW EXECUTE FUNCTION ledger_is_final()
