"""Settings that are wrong: the message names the setting, what arrived and what would do."""

import warnings

import numpy as np
import pytest
from sklearn.svm import SVC

import qlearn as ql
from qlearn import variational
from qlearn.variational import (
    Adam,
    AlignedKernel,
    AngleEncoding,
    DataReuploadingClassifier,
    DressedRegressor,
    FidelityKernel,
    HardwareEfficient,
    IQPEncoding,
    NystroemFeatures,
    ParameterShift,
    QuantumKernelClassifier,
    QuantumKernelRegressor,
    VariationalClassifier,
)

X = np.random.default_rng(0).normal(size=(12, 2))
y = np.arange(12) % 2


def three_numbers(circuit, observables, values, n_shots=None, random_state=None):
    """Return what is no answer to the question."""
    return np.zeros(3)


@pytest.mark.parametrize(
    ("model", "message"),
    [
        (VariationalClassifier(encoding=AngleEncoding), "`encoding` must be .*class AngleEncoding, which"),
        (VariationalClassifier(ansatz="layers"), r"`ansatz` must be .* such as HardwareEfficient\(\), got 'layers'"),
        (VariationalClassifier(optimizer="adam"), r"`optimizer` must be .* such as Adam\(\), got 'adam'"),
        (VariationalClassifier(execution=ql.sim.Statevector()), r"`execution` must be .* such as Adjoint\(\), got S"),
        (VariationalClassifier(callback=3), "`callback` must be callable as .*, got 3"),
        (DataReuploadingClassifier(ansatz=ql.Circuit(4)), "`ansatz` must be None or an AbstractAnsatz"),
        (DataReuploadingClassifier(encoding=HardwareEfficient()), "`encoding` must be None or an AbstractEncoding"),
        (DressedRegressor(ansatz=HardwareEfficient), "class HardwareEfficient, which must be called"),
        (QuantumKernelClassifier("rbf"), r"`kernel` must be .* such as FidelityKernel\(\), got 'rbf'"),
        (QuantumKernelRegressor(IQPEncoding()), r"`kernel` must be .* got IQPEncoding\(\)"),
        (QuantumKernelClassifier(FidelityKernel("iqp")), "`encoding` must be None or an AbstractEncoding"),
        (NystroemFeatures(FidelityKernel), "class FidelityKernel, which must be called"),
        (AlignedKernel(optimizer="adam"), "`optimizer` must be None or an AbstractOptimizer"),
        (AlignedKernel(ansatz="layers"), "`ansatz` must be None or an AbstractAnsatz"),
        (VariationalClassifier(execution=ParameterShift(noise=0.01)), "`noise` must be a NoiseModel.*, got 0.01"),
        (VariationalClassifier(execution=ParameterShift(engine="there")), "`engine` must have `expectation`.*'there'"),
    ],
)  # fmt: skip
def test_objects_of_another_kind_are_refused(model, message):
    with pytest.raises(TypeError, match=message):
        model.fit(X, y)


@pytest.mark.parametrize(
    ("model", "message"),
    [
        (VariationalClassifier(alpha=-1.0), "`alpha` must be finite and not negative, got -1.0"),
        (VariationalClassifier(optimizer=Adam(-0.1)), "`learning_rate` must be finite and not negative, got -0.1"),
        (QuantumKernelClassifier(FidelityKernel(bandwidth=0.0)), "`bandwidth` must be positive and finite, got 0.0"),
        (QuantumKernelClassifier(class_weight={5: 1.0}), r"classes, \[0, 1\], are not in class_weight"),
        (
            VariationalClassifier(execution=ParameterShift(engine=three_numbers), max_epochs=1),
            r"must return expectation values of shape \(12, 4\).* got \(3,\)",
        ),
    ],
)
def test_numbers_that_make_no_sense_are_refused(model, message):
    with pytest.raises(ValueError, match=message):
        model.fit(X, y)


def test_one_class_is_named_as_the_user_wrote_it():
    with pytest.raises(ValueError, match=r"got one class: 7\.$"):
        variational.VariationalClassifier().fit(X, np.full(12, 7))


def test_weights_of_classes_that_do_not_come_are_left_alone_as_svc_does():
    """A fold of a cross-validation may lack a rare class that the weights name."""
    weights = {0: 1.0, 1: 3.0, 2: 5.0}
    ours = QuantumKernelClassifier(class_weight=weights).fit(X, y)
    assert np.array_equal(ours.machines_[0].class_weight_, SVC(class_weight=weights).fit(X, y).class_weight_)


def test_kernels_inside_svc_say_what_they_need():
    pandas = pytest.importorskip("pandas")
    with pytest.raises(ValueError, match="or take QuantumKernelClassifier"):
        SVC(kernel=FidelityKernel()).fit(X, y)
    frame = pandas.DataFrame(X, columns=["left", "right"])
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # of names that were never learnt
        found = SVC(kernel=FidelityKernel(scaling=1.0)).fit(frame, y).predict(frame)
    assert np.array_equal(found, SVC(kernel=FidelityKernel(scaling=1.0)).fit(X, y).predict(X))
