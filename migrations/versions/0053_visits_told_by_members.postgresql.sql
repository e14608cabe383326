CREATE TABLE support_proposal (
    exchange_id BIGINT NOT NULL,
    community_id BIGINT NOT NULL,
    told_by TEXT NOT NULL,
    pays TEXT NOT NULL,
    takes TEXT NOT NULL,
    paid_minutes BIGINT,
    thanked_minutes BIGINT,
    begins_minute BIGINT,
    km BIGINT NOT NULL,
    first BOOLEAN NOT NULL,
    second BOOLEAN NOT NULL,
    numbers TEXT NOT NULL,
    answered_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_support_proposal PRIMARY KEY (exchange_id),
    CONSTRAINT fk_support_proposal_exchange_id_community_id FOREIGN KEY(exchange_id, community_id) REFERENCES exchange (id, community_id),
    CONSTRAINT support_proposal_is_told_by_one CHECK (told_by = 'giver' OR told_by = 'receiver'),
    CONSTRAINT support_proposal_pays_something_known CHECK (pays = 'hours' OR pays = 'bill' OR pays = 'tickets' OR pays = 'prepaid'),
    CONSTRAINT support_proposal_takes_something_known CHECK (takes = 'usual' OR takes = 'thanks' OR takes = 'hours' OR takes = 'nothing'),
    CONSTRAINT support_proposal_takes_as_its_giver_says CHECK (told_by = 'giver' OR (takes = 'usual' AND thanked_minutes IS NULL)),
    CONSTRAINT support_proposal_parts_fit_into_a_day CHECK (paid_minutes BETWEEN 0 AND 1440 AND thanked_minutes BETWEEN 0 AND 1440),
    CONSTRAINT support_proposal_begins_on_its_day CHECK (begins_minute BETWEEN 0 AND 1439),
    CONSTRAINT support_proposal_goes_somewhere CHECK (km >= 0),
    CONSTRAINT support_proposal_numbers_are_of_tickets CHECK (length(numbers) <= 1200 AND (numbers = '' OR pays = 'tickets'))
)
--;
CREATE FUNCTION exchange_waits_for_money() RETURNS trigger LANGUAGE plpgsql
           AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM support_proposal WHERE exchange_id = NEW.id AND answered_at IS NULL) THEN
    RAISE EXCEPTION 'exchange_waits_for_money'
      USING ERRCODE = '23514', CONSTRAINT = 'exchange_waits_for_money';
  END IF;
  RETURN NEW;
END $$
--;
CREATE TRIGGER exchange_waits_for_money BEFORE UPDATE OF state ON exchange
           FOR EACH ROW WHEN (NEW.state = 'confirmed' AND OLD.state <> 'confirmed')
           EXECUTE FUNCTION exchange_waits_for_money()
