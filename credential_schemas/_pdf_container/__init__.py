"""Parts of `credential_schemas.pdf_container`: what is said of a file, the plain reader, the general one."""
