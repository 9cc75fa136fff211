"""Floor 3: the holder: receives certificates and credentials, keeps, shows, renews and presents them.

Everything lies on the holder's own machine. The room asks issuers of the trust list and the verifier whose request is
answered, nobody else; it knows no database and no web framework.
"""
