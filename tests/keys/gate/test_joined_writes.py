"""What is written in one turn of the loop goes out together, in order, and never after the connection has ended."""

import asyncio
from collections.abc import Callable

import pytest

from keys.gate.joined_writes import JoinedWrites


class Wire(asyncio.Transport):
    """Keeps every piece that is sent."""

    def __init__(self) -> None:
        super().__init__()
        self.pieces: list[bytes | str] = []
        self.ended = False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.pieces.append(bytes(data))

    def close(self) -> None:
        self.ended = True
        self.pieces.append("closed")

    def abort(self) -> None:
        self.ended = True
        self.pieces.append("aborted")

    def resume_reading(self) -> None:
        self.pieces.append("reads on")

    def is_closing(self) -> bool:
        return self.ended


def sent(use: Callable[[JoinedWrites], None], *, then: Callable[[Wire], None] = lambda wire: None) -> list[bytes | str]:
    """Return what reaches the wire when a connection is used so within one turn, and `then` happens before the next."""

    async def in_loop() -> list[bytes | str]:
        wire = Wire()
        use(JoinedWrites(wire, asyncio.get_running_loop()))
        then(wire)
        await asyncio.sleep(0)
        return wire.pieces

    return asyncio.run(in_loop())


def test_head_and_body_go_out_in_one_piece() -> None:
    def answer(connection: JoinedWrites) -> None:
        for data in (b"head ", b"", bytearray(b"body"), memoryview(b"!")):
            connection.write(data)

    assert sent(answer) == [b"head body!"]


def test_nothing_written_is_nothing_sent() -> None:
    assert sent(lambda connection: connection.write(b"")) == []


def test_what_is_written_in_two_turns_goes_out_in_two_pieces() -> None:
    async def in_loop() -> list[bytes | str]:
        wire = Wire()
        connection = JoinedWrites(wire, asyncio.get_running_loop())
        for data in (b"one", b"two"):
            connection.write(data)
            await asyncio.sleep(0)
        return wire.pieces

    assert asyncio.run(in_loop()) == [b"one", b"two"]


@pytest.mark.parametrize(("size", "pieces"), [(64 * 1024, [64 * 1024 + 1]), (64 * 1024 + 1, [64 * 1024 + 1, 1])])
def test_at_most_64_kib_wait_for_the_next_turn(size: int, pieces: list[int]) -> None:
    def answer(connection: JoinedWrites) -> None:
        connection.write(b"x" * size)
        connection.write(b"y")

    assert [len(piece) for piece in sent(answer)] == pieces


def test_the_limit_counts_all_that_waits_and_from_nothing_again_once_it_is_sent() -> None:
    def answer(connection: JoinedWrites) -> None:
        for size in (64 * 1024, 1, 64 * 1024, 1, 1):
            connection.write(b"x" * size)

    assert [len(piece) for piece in sent(answer)] == [64 * 1024 + 1, 64 * 1024 + 1, 1]


def test_closing_sends_what_is_held_first() -> None:
    def answer(connection: JoinedWrites) -> None:
        connection.write(b"last words")
        connection.close()
        assert connection.is_closing()

    assert sent(answer) == [b"last words", "closed"]


def test_aborting_sends_nothing_more() -> None:
    def answer(connection: JoinedWrites) -> None:
        connection.write(b"never")
        connection.abort()

    assert sent(answer) == ["aborted"]


def test_what_is_written_after_aborting_is_lost_without_an_error() -> None:
    def answer(connection: JoinedWrites) -> None:
        connection.write(b"never")
        connection.abort()
        connection.write(b"nor this")

    assert sent(answer) == ["aborted"]


def test_nothing_is_written_to_a_connection_that_ended_meanwhile() -> None:
    assert sent(lambda connection: connection.write(b"late"), then=Wire.abort) == ["aborted"]


def test_reading_goes_on_where_it_was_paused() -> None:
    assert sent(JoinedWrites.resume_reading) == ["reads on"]


HEAD = b"HTTP/1.1 200 \r\ncontent-length: 2\r\n\r\n"


def test_lines_are_put_into_the_next_head_and_no_other() -> None:
    def answer(connection: JoinedWrites) -> None:
        connection.add_lines(b"a: 1\r\nb: 2\r\n")
        for data in (HEAD, b"ok", HEAD, b"ok"):
            connection.write(data)

    assert sent(answer) == [b"HTTP/1.1 200 \r\ncontent-length: 2\r\na: 1\r\nb: 2\r\n\r\nok" + HEAD + b"ok"]


def test_lines_are_not_put_into_the_head_that_asks_for_the_body() -> None:
    def answer(connection: JoinedWrites) -> None:
        connection.add_lines(b"a: 1\r\n")
        connection.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        connection.write(HEAD)

    asked, _, answered = sent(answer)[0].partition(b"\r\n\r\n")  # type: ignore[arg-type] # it is bytes
    assert (asked, b"a: 1" in answered) == (b"HTTP/1.1 100 Continue", True)


def test_lines_that_are_taken_back_are_not_sent() -> None:
    def answer(connection: JoinedWrites) -> None:
        connection.add_lines(b"a: 1\r\n")
        connection.add_lines(b"")
        connection.write(HEAD)

    assert sent(answer) == [HEAD]
