"""What a verifier and a wallet must say alike in OpenID4VP: names on the wire, and what a holder consents to."""
