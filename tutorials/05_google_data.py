# %% [markdown]
# # Decoding a real device
#
# Google published the detection events of surface codes on their Sycamore processor (Nature 614, 676; CC BY 4.0). Here
# we learn the noise of the device from one half of the shots, train a decoder for it, and judge everything by the other
# half. The folder with the data is named by the variable `QLEARN_DATA_DIR`; without it this tutorial stops here.

# %%
import os
import sys
from pathlib import Path

import qlearn as ql

if "QLEARN_DATA_DIR" not in os.environ:
    print("QLEARN_DATA_DIR is not set: there is no data to decode.")
    sys.exit()
folder = Path(os.environ["QLEARN_DATA_DIR"]) / "decoders" / "sycamore_qec3v5" / "surface_code_bX_d3_r05_center_3_5"

# %% [markdown]
# ## The data
#
# A folder of one experiment holds the noisy circuit, the events, what the observable did, and what other decoders
# predicted. Even and odd shots are kept apart from here on: what is learnt from the one half is tested on the other.

# %%
problem = ql.decoders.DecodingProblem.from_google(folder)
even, odd = problem.recorded[::2], problem.recorded[1::2]
print(problem)


def error_rate(answers):
    """Return the share of the odd shots that was answered wrongly."""
    return (answers != odd.observables).mean()


for name, answers in odd.predictions.items():
    print(f"{error_rate(answers):.4f} {name.replace('_', ' ')}, as published")

# %% [markdown]
# ## Learning the noise
#
# How often detectors fire together tells how likely each error is, with no look at the observable. Google's own
# estimate by pairs (p_ij) came with the data; ours takes all orders, and can weigh the circuit's own model as a prior.

# %%
models = {
    "the circuit's model": problem,
    "Google's p_ij": ql.decoders.DecodingProblem.from_google(folder, model="pij_from_even_for_odd"),
    "our correlations": ql.decoders.estimate_error_model(problem, even, method="correlations"),
    "our moments": ql.decoders.estimate_error_model(problem, even, method="moments"),
}
for name, model in models.items():
    plain, correlated = (ql.decoders.Matching(correlated=kind).fit(model) for kind in (False, True))
    rates = error_rate(plain.predict(odd.detectors)), error_rate(correlated.predict(odd.detectors))
    print(f"{rates[0]:.4f} plain, {rates[1]:.4f} correlated matching with {name}")

# %% [markdown]
# ## A neural decoder for this device
#
# `NeuralReweighting` gives the edges of the matching graph odds that depend on the shot, and sums over all matchings.
# It learns from shots of our error model, as many as it likes, and is then tuned on the real even shots. These few
# seconds are a taste: `benchmarks/decoders_sycamore.py` trains for minutes. Over many rounds, weights shared in space
# and time (`shares_weights=True`) and ten passes through the real shots were better still. A decoder in a file is tuned
# from the shell, too, and shown on the other half:
#
#     qlearn decode tune learnt.qlearn surface_code_bX_d3_r05_center_3_5 --half even --passes 10 --out tuned.qlearn

# %%
decoder = ql.decoders.NeuralReweighting((64, 64), threshold=20.0, least_steps=60, random_state=0)
decoder.fit(models["our correlations"], n_shots=300_000)
print(f"{error_rate(decoder.predict(odd.detectors)):.4f} edge reweighting, trained on the model")
decoder.fine_tune(even, passes=2, random_state=0)
print(f"{error_rate(decoder.predict(odd.detectors)):.4f} edge reweighting, tuned on the device")

# %% [markdown]
# ## Throwing away what is unclear
#
# The decoder knows how sure it is. Leaving out the least sure tenth of the shots shows it.

# %%
probability = decoder.predict_probability(odd.detectors)[:, 0]
sure = abs(probability - 0.5)
kept = sure > sorted(sure)[len(sure) // 10]
wrong = (probability > 0.5) != odd.observables[:, 0]
print(f"{wrong[kept].mean():.4f} on the {kept.mean():.0%} of shots that are clearest")
