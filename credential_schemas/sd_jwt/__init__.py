"""The strict SD-JWT VC layer: read, verify, build, select. RFC 9901 and SD-JWT VC draft -19;
docs/formats/credential.md.

`verify` decides about a received credential, `build` makes one, `select` lets the holder leave disclosures out,
`key_binding` ties a presentation to its holder. Nothing here knows a clock, a network or what an entry means.
"""
