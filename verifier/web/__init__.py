"""Pages for people: static files and HTML as text; nothing here knows the web framework or the network."""
