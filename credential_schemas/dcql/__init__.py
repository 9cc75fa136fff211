"""DCQL, the query language of OpenID4VP: read a query, choose what answers it, and check that an answer does."""
