"""Floor 1: signing, checking signatures, trusted issuers, strict decoding, the network door; knows no credentials."""
