CREATE TRIGGER took_part_begins BEFORE INSERT ON took_part
           WHEN NOT (EXISTS (SELECT 1 FROM exchange x WHERE x.id = NEW.exchange_id
             AND NEW.member_id IN (x.giver_id, x.receiver_id))
           AND EXISTS (SELECT 1 FROM hand_event v
             WHERE v.member_id = NEW.member_id AND v.person_id = NEW.person_id))
           BEGIN SELECT RAISE(ABORT, 'took_part_is_one_of_them'); END
--;
CREATE TRIGGER took_part_changes BEFORE UPDATE ON took_part
           WHEN NOT (EXISTS (SELECT 1 FROM exchange x WHERE x.id = NEW.exchange_id
             AND NEW.member_id IN (x.giver_id, x.receiver_id))
           AND EXISTS (SELECT 1 FROM hand_event v
             WHERE v.member_id = NEW.member_id AND v.person_id = NEW.person_id))
           BEGIN SELECT RAISE(ABORT, 'took_part_is_one_of_them'); END
