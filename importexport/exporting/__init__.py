"""Files that go out of the list: who is in them, what they say, how they are made, handed out and forgotten (R-IO-4)."""
