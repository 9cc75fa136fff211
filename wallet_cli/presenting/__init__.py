"""Present to a verifier (OpenID4VP 1.0): judge the request, choose, show exactly what would leave, and send it."""
