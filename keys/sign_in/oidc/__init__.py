"""Signing in with an OpenID provider: authorization code with PKCE, and every check of its answer."""
