"""An empty page, to try out a seal."""

from io import BytesIO

from reportlab.pdfgen.canvas import Canvas


def draw_trial_page() -> bytes:
    """Return a PDF of one empty A4 page, the same bytes every time."""
    output = BytesIO()
    canvas = Canvas(output, pagesize=(595, 842), invariant=True)
    canvas.showPage()
    canvas.save()
    return output.getvalue()
