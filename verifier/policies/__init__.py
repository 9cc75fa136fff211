"""An employer's rules: profiles of verification, and the hiring criteria that come with the program (`published`)."""
