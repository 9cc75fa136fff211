"""An upload is taken apart while it comes: numbered files on the disk, whatever they are called."""

import random
import zipfile
from io import BytesIO
from pathlib import Path

import pytest

from verifier.evidence.limits import MAX_EVIDENCE_BYTES
from verifier.jobs import uploads
from verifier.jobs.errors import UploadRefused
from verifier.jobs.files import contents, files_of
from verifier.jobs.uploads import ZIP, Intake, Upload

BOUNDARY = "----x"
FORM = f"multipart/form-data; boundary={BOUNDARY}"


def part(content: bytes, disposition: str) -> bytes:
    head = f"--{BOUNDARY}\r\nContent-Disposition: form-data; {disposition}\r\nContent-Type: x/y\r\n\r\n"
    return head.encode() + content + b"\r\n"


def form(*parts: bytes) -> bytes:
    return b"".join(parts) + f"--{BOUNDARY}--\r\n".encode()


def archive(**members: bytes) -> bytes:
    made = BytesIO()
    with zipfile.ZipFile(made, "w") as file:
        for name, content in members.items():
            file.writestr(name if "/" in name else name.replace("__", "."), content)
    return made.getvalue()


def taken(body: bytes, folder: Path, *, content_type: str = FORM, step: int = 7) -> Upload:
    with Intake(folder, content_type) as intake:
        for start in range(0, len(body), step):
            intake.write(body[start : start + step])
        return intake.finish()


def test_the_files_of_a_form_lie_under_numbers_of_ours(tmp_path: Path) -> None:
    body = form(part(b"one", 'name="file"; filename="가 나.pdf"'), part(b"two", 'name="file"; filename="../../etc/x"'))
    upload = taken(body, tmp_path)
    assert [(each.name, each.path.name, each.path.read_bytes()) for each in upload.parts] == [
        ("가 나.pdf", "00000", b"one"),
        ("../../etc/x", "00001", b"two"),
    ]
    assert {path.stat().st_mode & 0o777 for path in tmp_path.iterdir()} == {0o600}


def test_the_digest_is_of_names_and_contents_and_not_of_the_boundary(tmp_path: Path) -> None:
    body = form(part(b"one", 'name="file"; filename="a"'))
    folders = [tmp_path / str(number) for number in range(3)]
    for folder in folders:
        folder.mkdir()
    first = taken(body, folders[0])
    other = taken(body.replace(b"----x", b"----y"), folders[1], content_type=FORM.replace("----x", "----y"), step=1)
    renamed = taken(body.replace(b'filename="a"', b'filename="b"'), folders[2])
    assert first.digest == other.digest
    assert first.digest != renamed.digest


def test_a_field_that_nobody_filled_is_no_file_but_an_empty_file_is_one(tmp_path: Path) -> None:
    parts = (
        part(b"", 'name="file"; filename=""'),
        part(b"", 'name="text"'),
        part(b"eyJ", 'name="text"'),
        part(b"", 'name="file"; filename="empty.pdf"'),
    )
    assert [each.name for each in taken(form(*parts), tmp_path).parts] == ["text", "empty.pdf"]


def test_a_file_too_large_to_be_a_certificate_is_cut_one_byte_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "MAX_EVIDENCE_BYTES", 100)
    upload = taken(form(part(b"%PDF-" + b"a" * 500, 'name="file"; filename="a"')), tmp_path)
    assert upload.parts[0].path.stat().st_size == 101


def test_a_zip_may_be_larger_than_evidence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "MAX_EVIDENCE_BYTES", 10)
    body = archive(a__txt=b"a" * 50)
    upload = taken(body, tmp_path, content_type=ZIP)
    assert (upload.parts[0].path.read_bytes(), upload.parts[0].is_archive) == (body, True)


@pytest.mark.parametrize(
    ("body", "content_type", "code"),
    [
        (form(), FORM, "upload_empty"),
        (form(part(b"", 'name="file"; filename=""')), FORM, "upload_empty"),
        (part(b"one", 'name="file"; filename="a"'), FORM, "upload_malformed"),
        (b"anything else", FORM, "upload_malformed"),
        (form(part(b"a", "name=\"file\"; filename*=a\0b''x.pdf")), FORM, "upload_malformed"),
        (form(part(b"a", "name=\"file\"; filename*=idna''%ff%fe")), FORM, "upload_malformed"),
        (b"x", "multipart/form-data", "upload_malformed"),
        (b"x", "multipart/form-data; boundary=" + "b" * 300, "upload_malformed"),
        (form(part(b"a", "x" * 20_000)), FORM, "upload_malformed"),
    ],
)
def test_what_is_no_upload_is_refused_with_its_reason(
    body: bytes, content_type: str, code: str, tmp_path: Path
) -> None:
    with pytest.raises(UploadRefused) as refused:
        taken(body, tmp_path, content_type=content_type)
    assert refused.value.code == code


def test_more_files_than_allowed_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "MAX_FILES", 2)
    with pytest.raises(UploadRefused) as refused:
        taken(form(*[part(b"a", 'name="file"; filename="a"')] * 3), tmp_path)
    assert refused.value.code == "too_many_files"


def test_hostile_names_neither_stop_an_upload_nor_become_paths(tmp_path: Path) -> None:
    choose = random.Random(7).choice
    marks = ["\\", '"', ";", "%", "=", "'", "\x00", "\x1b", "/", "..", "가", "filename*=utf-8''x", "\u202e", "a" * 300]
    parts = [part(b"a", 'name="file"; filename="' + "".join(choose(marks) for _ in range(6)) + '"') for _ in range(200)]
    upload = taken(form(*parts), tmp_path, step=4096)
    assert sorted(path.name for path in tmp_path.iterdir()) == [f"{number:05}" for number in range(len(upload.parts))]
    assert all(len(each.name) <= 255 for each in upload.parts)


def test_files_of_archives_stand_where_the_archive_stood(tmp_path: Path) -> None:
    parts = (
        part(b"one", 'name="file"; filename="one.pdf"'),
        part(archive(a__txt=b"A", b__txt=b"B"), 'name="file"; filename="all.zip"'),
        part(b"two", 'name="file"; filename="two.pdf"'),
    )
    files = files_of(taken(form(*parts), tmp_path))
    assert [(file.part, file.name) for file in files] == [
        (0, "one.pdf"),
        (1, "all.zip/a.txt"),
        (1, "all.zip/b.txt"),
        (2, "two.pdf"),
    ]
    assert [content for _, content in contents(files)] == [b"one", b"A", b"B", b"two"]
    assert [*tmp_path.iterdir()] == []


def test_an_archive_alone_gives_its_members_their_own_names(tmp_path: Path) -> None:
    files = files_of(taken(archive(a__txt=b"A"), tmp_path, content_type=ZIP))
    assert [file.name for file in files] == ["a.txt"]


def test_hidden_files_of_an_archive_are_left_out(tmp_path: Path) -> None:
    body = archive(**{"apps/": b"", "apps/one.pdf": b"one", "__MACOSX/apps/._one.pdf": b"x", "apps/.DS_Store": b"x"})
    files = files_of(taken(body, tmp_path, content_type=ZIP))
    assert [(file.name, file.problem) for file in files] == [("apps/one.pdf", None)]
    assert [content for _, content in contents(files)] == [b"one"]
    assert [*tmp_path.iterdir()] == []


def test_an_archive_of_hidden_files_alone_is_as_good_as_empty_and_erased(tmp_path: Path) -> None:
    body = archive(**{"__MACOSX/._one.pdf": b"x", ".DS_Store": b"x"})
    hidden = part(body, 'name="file"; filename="mac.zip"')
    with pytest.raises(UploadRefused) as refused:
        files_of(taken(form(hidden), tmp_path))
    assert refused.value.code == "upload_empty"
    beside = form(hidden, part(b"two", 'name="file"; filename="two.pdf"'))
    assert [file.name for file in files_of(taken(beside, tmp_path))] == ["two.pdf"]
    assert [path.name for path in tmp_path.iterdir()] == ["00001"]


def test_a_damaged_archive_is_one_file_that_cannot_be_read(tmp_path: Path) -> None:
    files = files_of(taken(archive(a__txt=b"A")[:-10], tmp_path, content_type=ZIP))
    assert [file.problem for file in files] == ["archive_damaged"]


def test_an_office_document_is_a_file_and_no_archive(tmp_path: Path) -> None:
    body = archive(mimetype=b"application/hwp+zip", a__xml=b"<a/>")
    files = files_of(taken(form(part(body, 'name="file"; filename="a.hwpx"')), tmp_path))
    assert [(file.name, file.places, file.problem) for file in files] == [("a.hwpx", (), None)]


def test_an_empty_archive_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UploadRefused) as refused:
        files_of(taken(archive(), tmp_path, content_type=ZIP))
    assert refused.value.code == "upload_empty"


def test_a_file_is_at_most_evidence_and_one_byte() -> None:
    assert MAX_EVIDENCE_BYTES == 10 * 1024 * 1024  # S2, S3: what a file of a form is cut behind
