"""The peer: the least that Django and REST framework need to take a guest, behind a token, in one statement."""
