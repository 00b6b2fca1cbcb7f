"""Pseudonyms need their key, and a key is kept where nobody else reads it."""

import base64
import hashlib
import hmac
import os
from pathlib import Path

import pytest

from ehcp_timeline.errors import UsageError
from ehcp_timeline.privacy.pseudonyms import Key, new_key, read_key

SECRET = bytes(range(32))


def _key_file(folder: Path, content: bytes = SECRET, mode: int = 0o600) -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / "key"
    path.write_bytes(content)
    path.chmod(mode)
    return path


def _refused(path: Path, output: Path | None = None) -> str:
    with pytest.raises(UsageError) as caught:
        read_key(path, [output] if output else ())
    return str(caught.value)


def test_a_pseudonym_is_the_first_sixty_bits_of_a_keyed_hash() -> None:
    """Anybody with the key can make the same pseudonym with other tools."""
    whole = base64.b32encode(hmac.new(SECRET, "Ł-42".encode(), hashlib.sha256).digest()).decode()

    assert Key(SECRET).pseudonym("Ł-42") == whole[:12]


def test_the_same_key_gives_the_same_pseudonym_and_another_key_another() -> None:
    """Files of different months can be held against each other with one key, and with no other."""
    one, same, other = Key(SECRET), Key(SECRET), Key(SECRET[::-1])

    assert one.pseudonym("C-1") == same.pseudonym("C-1")
    assert len({one.pseudonym("C-1"), one.pseudonym("C-2"), other.pseudonym("C-1")}) == 3


def test_a_key_is_never_shown() -> None:
    """Printing a key, as an error would, shows nothing of it."""
    assert repr(Key(b"very-secret" * 4)) == "Key()"


def test_new_keys_are_long_enough_and_differ(tmp_path: Path) -> None:
    """A new key can be read back, and no two are alike."""
    path = _key_file(tmp_path, new_key())

    assert read_key(path).secret == path.read_bytes()
    assert new_key() != new_key()


@pytest.mark.parametrize(
    ("length", "fits"), [(31, False), (32, True), (33, True), (4096, True), (4097, False)]
)
def test_a_key_is_at_least_32_bytes_long(tmp_path: Path, length: int, *, fits: bool) -> None:
    """One byte less is too short; a file much longer is not a key."""
    path = _key_file(tmp_path, b"k" * length)

    if fits:
        assert len(read_key(path).secret) == length
    else:
        assert "the key file" in _refused(path) or "for a key file" in _refused(path)


def test_a_short_key_is_named_with_what_to_try(tmp_path: Path) -> None:
    """The message says how long it must be; it never shows what is in the file."""
    path = _key_file(tmp_path, b"hunter2")

    assert _refused(path) == (
        f"the key file {path} is too short: it needs at least 32 bytes. "
        "make a new one with: ehcp key new PATH"
    )


@pytest.mark.parametrize("mode", [0o604, 0o640, 0o644, 0o666, 0o602])
def test_a_key_that_others_can_read_is_refused(tmp_path: Path, mode: int) -> None:
    """A key is for its owner only."""
    path = _key_file(tmp_path, mode=mode)

    assert _refused(path) == (
        f"the key file {path} can be read by other users than its owner. "
        f"chmod 600 {path}; if others may have read it, make a new key"
    )


@pytest.mark.parametrize("output", ["out/list.csv", "out", "list.csv", "."])
def test_a_key_inside_the_output_folder_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, output: str
) -> None:
    """Whoever is handed the folder must not be handed the key with it."""
    monkeypatch.chdir(tmp_path)
    path = _key_file(tmp_path / "out")

    assert _refused(path, Path(output)) == (
        f"the key file {path} is inside the folder of the output. "
        "keep the key in another folder, or write somewhere else"
    )


def test_a_link_in_the_output_folder_is_as_bad_as_the_key(tmp_path: Path) -> None:
    """Neither a link to the key nor a key behind a link may lie where the output goes."""
    path = _key_file(tmp_path / "safe")
    (tmp_path / "out").mkdir()
    link = tmp_path / "out" / "key"
    link.symlink_to(path)

    assert "is inside the folder of the output" in _refused(link, tmp_path / "out" / "list.csv")
    assert read_key(path, [tmp_path / "out" / "list.csv"]).secret == SECRET


def test_what_is_no_key_file_is_refused(tmp_path: Path) -> None:
    """A missing file, a folder: one line each, no traceback."""
    assert _refused(tmp_path / "none") == (
        f"cannot read the key file {tmp_path / 'none'}: no such file or directory. "
        "make a new one with: ehcp key new PATH"
    )
    assert f"cannot read the key file {tmp_path}: is a directory" in _refused(tmp_path)


def test_a_pipe_is_no_key_file_and_is_not_waited_for(tmp_path: Path) -> None:
    """A key that comes out of a pipe could not be checked for who reads it."""
    os.mkfifo(tmp_path / "pipe", 0o600)

    assert "is not an ordinary file" in _refused(tmp_path / "pipe")
