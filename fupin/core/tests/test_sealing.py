import pytest
from django.core.exceptions import ImproperlyConfigured

from fupin.core import sealing


@pytest.fixture
def keys(settings):
    def use(**changed):
        settings.KEYS = {**settings.KEYS, **changed}
        sealing.reload()

    yield use
    sealing.reload()


def test_a_sealed_value_opens_again_and_never_looks_the_same_twice():
    one, other = sealing.seal("150522198001010010"), sealing.seal("150522198001010010")
    assert one != other
    assert b"1505" not in one
    assert sealing.unseal(one) == sealing.unseal(other) == "150522198001010010"


def test_a_column_is_sealed_at_once_and_empty_cells_stay_empty():
    sealed = sealing.seal_many(["甲", None, "", "乙"])
    assert sealed[1] is None
    assert sealed[2] is None
    assert sealing.unseal_many(sealed) == ["甲", None, None, "乙"]


def test_a_changed_value_is_refused():
    sealed = bytearray(sealing.seal("13847512345"))
    sealed[-1] ^= 1
    with pytest.raises(sealing.CannotUnseal):
        sealing.unseal(bytes(sealed))


def test_a_value_of_an_older_key_opens_while_that_key_is_kept(keys):
    old = sealing.seal("13847512345")
    assert sealing.key_id(old) == "k1"
    keys(FUPIN_FIELD_KEYS="k2:" + "44" * 32 + ",k1:" + "11" * 32)
    assert sealing.unseal(old) == "13847512345"
    assert sealing.key_id(sealing.seal("13847512345")) == sealing.current_key_id() == "k2"
    keys(FUPIN_FIELD_KEYS="k2:" + "44" * 32)
    with pytest.raises(sealing.CannotUnseal, match="k1"):
        sealing.unseal(old)


def test_without_keys_nothing_is_sealed_and_the_mend_is_said(keys):
    keys(FUPIN_FIELD_KEYS="")
    with pytest.raises(ImproperlyConfigured, match="fupin init"):
        sealing.seal("x")
    keys(FUPIN_FIELD_KEYS="k1:zz")
    with pytest.raises(ImproperlyConfigured):
        sealing.seal("x")


@pytest.mark.parametrize(
    ("one", "other", "purpose"),
    [
        ("15052219800101001x", "１５０５２２１９８００１０１００１Ｘ", "id"),
        ("150522 19800101 001X", "15052219800101001X", "id"),
        ("130503670401001", "130503196704010016", "id"),
        ("+86 138-4751-2345", "13847512345", "phone"),
        ("6217 0001 2345 6789", "6217000123456789", "account"),
    ],
)
def test_spellings_of_one_value_have_one_token(one, other, purpose):
    assert sealing.token(one, purpose) == sealing.token(other, purpose)
    assert sealing.token_many([one, None, other, ""], purpose) == [sealing.token(one, purpose), None] * 1 + [
        sealing.token(other, purpose),
        None,
    ]


def test_tokens_of_two_purposes_and_of_two_keys_differ(keys):
    token = sealing.token("13847512345", "phone")
    assert len(token) == 16
    assert token != sealing.token("13847512345", "account")
    keys(FUPIN_INDEX_KEY="55" * 32)
    assert token != sealing.token("13847512345", "phone")
