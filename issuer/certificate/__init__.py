"""The certificate as a page: drawing the PDF from its wording, with the credential attached."""

from issuer.certificate.drawing import DrawRequest, draw_certificate

__all__ = ["DrawRequest", "draw_certificate"]
