CREATE FUNCTION took_part_is_one_of_them() RETURNS trigger LANGUAGE plpgsql
           SET search_path = public, pg_temp AS $$
           BEGIN
             IF NOT (EXISTS (SELECT 1 FROM exchange x WHERE x.id = NEW.exchange_id
             AND NEW.member_id IN (x.giver_id, x.receiver_id))
           AND EXISTS (SELECT 1 FROM hand_event v
             WHERE v.member_id = NEW.member_id AND v.person_id = NEW.person_id)) THEN
               RAISE EXCEPTION 'took_part_is_one_of_them'
                 USING ERRCODE = '23514', CONSTRAINT = 'took_part_is_one_of_them';
             END IF;
             RETURN NEW;
           END $$
--;
CREATE TRIGGER took_part_is_one_of_them BEFORE INSERT OR UPDATE ON took_part
           FOR EACH ROW EXECUTE FUNCTION took_part_is_one_of_them()
