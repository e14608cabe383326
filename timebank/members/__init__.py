"""Members: people, households and organisations in one community, and who acts for them."""
