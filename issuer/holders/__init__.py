"""What a holder does herself: sign in, link the account to her person, consent, see who looked, close the account."""
