"""What a certificate says in words: the one text that the issuer draws and the verifier compares with."""
