"""What a service lets in: limits of size, time and rate before any application, and one form of refusal.

The other leaf of the network door (`keys.fetch` is the one that leads out). Both services of the top floor stand behind
it, so a protection is written and tested once. Plain ASGI and standard library; the web framework stays in the rooms.
"""
