"""What can go wrong while a certificate is drawn. No message repeats the text of an entry: it may be personal."""

from issuer.errors import IssuerError


class DrawingError(IssuerError):
    """Base of everything that stops a certificate from being drawn."""

    code = "drawing"


class GlyphMissingError(DrawingError):
    """A text holds a character that the certificate's font cannot show; `details` has `where` and `character`."""

    code = "glyph_missing"
    sentence = "The certificate's font cannot show {character} in {where}. Expected printable characters of the font."


class TextDoesNotFitError(DrawingError):
    """A text is too long for its place, also in the smallest size; `details` has `where` and `lines`."""

    code = "text_does_not_fit"
    sentence = "The text of {where} is too long for the certificate: it needs more than {lines} line(s)."


class CodeDoesNotFitError(DrawingError):
    """The QR texts do not fit the planned symbols; `details` has `problem`."""

    code = "code_does_not_fit"


class AssetDamagedError(DrawingError):
    """A font or colour profile of the package is not the published one; `details` has `file`."""

    code = "asset_damaged"
    sentence = "The file {file} of this installation is not the published one: its SHA-256 differs. Install again."
