"""Certifying by the names of formats."""

import pytest

from tmformer.errors import PrecisionError, UsageError
from tmformer.machine import load
from tmformer.model import load as load_model
from tmformer.pipeline import certify, check_regime, compile, run
from tmformer.precision import Certificate, Uncertified, policy_named
from tmformer.precision import format_named as named

BB2 = compile(load("bb2"), steps=6)


def test_names_choose_formats():
    certificate = certify(BB2, format="bfloat16", policy="scores-float32", regime="graded")
    formats = (certificate.weights, certificate.accumulation, certificate.scores)
    assert (formats, certificate.regime) == (("bfloat16", "float32", "float32"), "graded")
    assert str(certificate) == "certified: bfloat16, scores in float32, sums in float32, graded, up to 14 positions"


@pytest.mark.parametrize("wrong", [{"format": "float8"}, {"policy": "mixed"}])
def test_an_unknown_name_is_refused(wrong: dict[str, str]):
    with pytest.raises(PrecisionError):
        certify(BB2, **wrong)


def test_an_unknown_regime_is_refused():
    check_regime("graded")
    with pytest.raises(UsageError, match="did you mean 'graded'"):
        certify(BB2, regime="grade")


def test_a_run_is_certified_and_says_so():
    assert run(BB2).certificate == "certified: float32, saturated, up to 14 positions"
    assert (
        run(load("bb2"), format="float16").certificate
        == "certified: float16, sums in float32, saturated, up to 18 positions"
    )
    assert run(BB2, engine="exact").certificate is None


def test_a_run_takes_a_certificate_or_a_reason():
    given = certify(BB2)
    assert run(BB2, certificate=given).certificate == str(given)
    assert run(BB2, certificate=Uncertified(reason="to see it")).certificate == "not certified: to see it"
    for wrong in (certify(compile(load("bb2"), steps=7)), certify(BB2, format="float16")):
        with pytest.raises(PrecisionError, match="A certificate s"):
            run(BB2, certificate=wrong)


def test_a_run_in_which_exactness_cannot_be_promised_is_refused():
    """70,000 records of one cell may tie, more than float16 counts."""
    wide = compile(load("bb2"), "wei_ma", steps=70_000)
    with pytest.raises(PrecisionError, match="lookup 'search16'"):
        certify(wide, format="float16", policy="pure")


def test_a_model_is_loaded_with_its_certificate():
    certificate = certify(BB2)
    assert load_model(BB2, certificate).certificate == certificate
    assert isinstance(load_model(BB2, certify(BB2, format="bfloat16"), format_name="bfloat16").certificate, Certificate)
    e5m2 = policy_named("pure", named("float8_e5m2"))
    assert load_model(BB2, certify(BB2, format="float8_e5m2", policy="pure"), policy=e5m2).certificate.beta == 16
    with pytest.raises(PrecisionError, match="A certificate speaks of"):
        load_model(BB2, certificate, format_name="float16")
    with pytest.raises(PrecisionError, match="A certificate speaks of"):
        load_model(BB2, certificate, regime="graded")
