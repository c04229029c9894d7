# %% [markdown]
# # Training a decoder
#
# From the circuit of a small surface code to a picture that shows how far a trained decoder is from matching, which
# everyone starts with, and from the best that is possible at all.

# %%
import numpy as np
import sinter

import qlearn as ql

# %% [markdown]
# ## A code, its circuit and its noise
#
# A code is known by its checks; its distance is computed, not believed.

# %%
code = ql.codes.surface_code(3)
print(code.parameters, code.labels()[0], "...")
noise = ql.codes.CircuitNoise.circuit_level(0.005)
circuit = ql.codes.surface_memory(3, 3, noise=noise)
print(f"{circuit.num_detectors} detectors, {circuit.num_observables} observable")
print(f"the circuit has distance {ql.codes.circuit_distance(circuit).value}")

# %% [markdown]
# The circuit is an ordinary `stim.Circuit`: one of your own, or a `.stim` or `.dem` file, is as good. Other codes are
# `toric_code`, `xzzx_code`, `colour_code` and `bivariate_bicycle_code`, with `memory_circuit` for any of them.
#
# ## What is to be decoded
#
# A `DecodingProblem` holds the errors of the circuit, and draws fresh shots. Training, validation and test shots come
# from separate streams: even with one seed, no test shot was ever trained on.

# %%
problem = ql.decoders.DecodingProblem.from_circuit(circuit)
print(problem)
detectors, observables = problem.sample(10_000, random_state=0)
print(f"{detectors.any(axis=1).mean():.0%} of the shots show something, {observables.mean():.1%} flip the observable")

# %% [markdown]
# ## The floor, the ceiling, and in between
#
# With 24 detectors the probability of every syndrome can be computed, so the best possible decoder is a table. Its
# rate is exact, not sampled: nothing will ever do better.

# %%
exact = ql.decoders.MaximumLikelihood().fit(problem)
print(f"the optimum is wrong in {exact.logical_error_rate_:.6f} of the shots")

# %% [markdown]
# A decoder is trained in one line. Gap stacking weighs what plain and correlated matching have to say where they are
# unsure; it learns in seconds, at any distance.

# %%
learned = ql.decoders.GapStacking(random_state=0).fit(problem, n_shots=150_000)
print(f"unsure shots are answered by: {learned.choices_[0]}")

# %% [markdown]
# `compare` shows identical shots to all. Differences between decoders are judged shot by shot (McNemar's test), which
# finds far smaller ones than two error bars do; z below -4 is no accident. "gap closed" is the share of the way from
# plain matching to the optimum.

# %%
decoders = {
    "matching": ql.decoders.Matching(),
    "correlated matching": ql.decoders.Matching(correlated=True),
    "ensemble of matchings": ql.decoders.MatchingEnsemble(),
    "gap stacking": learned,
    "optimum": exact,
}
table = ql.decoders.compare(decoders, problem, n_shots=100_000, random_state=1)
print(table)
display = ql.plot.ComparisonDisplay.from_comparison(table).plot()

# %% [markdown]
# ## How sure?
#
# A decoder that knows when it does not know can refuse. Here the tenth of the shots of which it is least sure is thrown
# away; its probabilities come true about as often as they say.

# %%
found = ql.decoders.assess_confidence(learned, problem, n_shots=50_000, random_state=1)
curve = found.post_selection([1.0, 0.9])
print(f"error rate of all shots {curve.rates[0]:.5f}, of the surest {curve.kept[1]:.0%}: {curve.rates[1]:.5f}")
print(f"expected calibration error {found.reliability().error:.4f}")

# %% [markdown]
# ## Does distance help?
#
# Rates per round, from experiments of several lengths, and the factor Lambda by which two more of distance lower them:
# above 1, a larger code is a better one.

# %%
rates = []
for distance in (3, 5):
    lengths, wrong = [distance, 2 * distance, 4 * distance], []
    for rounds in lengths:
        longer = ql.decoders.DecodingProblem.from_circuit(ql.codes.surface_memory(distance, rounds, noise=noise))
        wrong.append(
            ql.decoders.compare([ql.decoders.Matching()], longer, n_shots=20_000, random_state=2).rows[0].n_errors
        )
    fit = ql.decoders.fit_rounds(lengths, wrong, 20_000)
    print(f"distance {distance}: {100 * fit.rate.value:.3f} ± {100 * fit.rate.std_error:.3f} % a round")
    rates.append(fit.rate)
suppression = ql.decoders.fit_suppression([3, 5], rates)
print(f"Lambda {suppression.factor}")

# %% [markdown]
# ## In sinter
#
# Every decoder of ours is one of sinter's, trained ones included: hand `tools` to `sinter.collect` as `custom_decoders`
# or use them for single predictions as here. The other way round, `FromSinter` lets sinter's decoders be compared here.

# %%
tools = ql.interop.sinter.decoders({"gap stacking": learned})
predicted = sinter.predict_observables(
    dem=problem.decomposed_model, dets=detectors, decoder="gap stacking", custom_decoders=tools
)
print(f"sinter gets the same answers: {np.array_equal(predicted, learned.predict(detectors))}")

# %% [markdown]
# From the shell, the same is
#
#     qlearn decode train memory.stim --decoder gap-stacking --out memory.qlearn
#     stim detect --in memory.stim --shots 1000 | qlearn decode predict --decoder memory.qlearn
