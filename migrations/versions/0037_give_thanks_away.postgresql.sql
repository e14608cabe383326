ALTER TABLE donation_by_hand DROP CONSTRAINT donation_by_hand_way_is_known
--;
ALTER TABLE donation_by_hand ADD CONSTRAINT donation_by_hand_way_is_known CHECK (way = 'cash' OR way = 'transfer' OR way = 'thanks')
