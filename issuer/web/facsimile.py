"""A certificate as a picture made of text: every word comes from the module that the PDF is drawn from."""

from credential_schemas.look.markup import NOTHING, Html, html, icon, joined
from credential_schemas.wording.model import ANY_CODE, CertificateWording, EntryRow, Row
from issuer.web.shell import Visit


def facsimile(visit: Visit, wording: CertificateWording, *, number: str | None = None) -> Html:
    """Return the page of a certificate.

    Args:
        visit: of the page around it.
        wording: what it says.
        number: of an issued certificate; None before, when neither number nor code are known.
    """
    return html(
        '<div class="paper" lang="{language}" role="group" aria-label="{label}"><div class="in">{specimen}'
        '<div class="nos num"><span>{number}</span><span>{code}</span></div><p class="ttl">{title}</p>'
        '<p class="en">{subtitle}</p><table class="hold"><tbody>{holder}</tbody></table>'
        '<p class="att">{attestation}</p>'
        '<table class="ent"><thead><tr><th scope="col">{name}</th><th scope="col">{body}</th>'
        '<th scope="col">{ncs}</th></tr></thead>{groups}</table><p class="endm">{end}</p>'
        '<div class="ft"><span class="qrbox">{sign}{qr}</span><div class="iss"><span class="num">{date}</span>'
        '<b>{issuer}</b></div><span class="seal">{seal}</span></div><ul class="nts">{notes}</ul>{legal}</div></div>',
        language=wording.language,
        label=visit.say("cert_paper_label"),
        specimen=_specimen(wording),
        number=_unknown(visit, wording.number_row) if number is None else _line(wording.number_row),
        code=_code(visit, wording),
        title=wording.title,
        subtitle=wording.subtitle,
        holder=joined(_holder(row) for row in wording.holder_rows),
        attestation=wording.attestation,
        name=wording.columns[1],
        body=wording.columns[2],
        ncs=f"{wording.columns[3]} · {wording.columns[4]}",
        groups=joined(
            html(
                '<tbody><tr class="grp"><th scope="rowgroup" colspan="3">{heading}</th></tr>{rows}</tbody>',
                heading=group.heading,
                rows=joined(_entry(row) for row in group.rows),
            )
            for group in wording.groups
        ),
        end=wording.end_mark,
        sign=icon("cam"),
        qr=wording.qr_caption,
        date=wording.date_line,
        issuer=wording.issuer_line,
        seal=wording.seal_text,
        notes=joined(html("<li>{note}</li>", note=note) for note in wording.notes),
        legal=html('<p class="s">{line}</p>', line=wording.legal_line) if wording.legal_line else NOTHING,
    )


def _specimen(wording: CertificateWording) -> Html:
    return html('<span class="spec">{mark}</span>', mark=wording.specimen) if wording.specimen else NOTHING


def _line(row: Row) -> str:
    return f"{row.label} {row.value}"


def _unknown(visit: Visit, row: Row) -> str:
    return f"{row.label} {visit.say('cert_not_yet')}"


def _code(visit: Visit, wording: CertificateWording) -> str:
    if wording.code_row is None:
        return ""
    return _unknown(visit, wording.code_row) if wording.code_row.value == ANY_CODE else _line(wording.code_row)


def _holder(row: Row) -> Html:
    return html('<tr><th scope="row">{label}</th><td>{value}</td></tr>', label=row.label, value=row.value)


def _entry(row: EntryRow) -> Html:
    body, ncs, level, when, amount = row.cells
    small = " · ".join(filter(None, (when, amount, *row.details)))
    return html(
        '<tr><td>{number}. {title}{small}</td><td>{body}</td><td class="num">{ncs}</td></tr>',
        number=row.number,
        title=row.title,
        small=html('<span class="sub">{small}</span>', small=small) if small else NOTHING,
        body=body,
        ncs=" · ".join(filter(None, (ncs, level))),
    )
