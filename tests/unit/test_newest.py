from assistant.newest import Newest


def test_what_was_set_first_is_forgotten_first() -> None:
    newest: Newest[str, int] = Newest(2)
    for key in ("a", "b", "c"):
        newest[key] = ord(key)
    assert dict(newest) == {"b": 98, "c": 99}


def test_what_is_set_anew_stays_and_what_is_only_read_does_not() -> None:
    newest: Newest[str, int] = Newest(2)
    newest["a"], newest["b"], newest["a"] = 1, 2, 3
    assert newest["b"] == 2
    newest["c"] = 4
    assert dict(newest) == {"a": 3, "c": 4}
