"""Signing in by the municipality's identity provider: OpenID Connect, the authorization code flow with PKCE."""
