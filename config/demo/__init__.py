"""A tenant to look at: two venues, four members of staff, a list of guests with a history, and a day in full swing."""
