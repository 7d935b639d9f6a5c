"""The activations of a whole vector: each one entry, a formula in the vector v of any number of components.

Their Jacobians, for every number of components at once, follow from the formulas. Entries may call earlier ones.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from .parameters import Parameter


@dataclass(frozen=True)
class VectorActivation:
    """A named function of a vector v, with parameters; its value is a vector of as many components, or a number."""

    name: str
    formula: str
    summary: str
    source: str
    parameters: tuple[Parameter, ...] = ()
    aliases: tuple[str, ...] = ()


_ENTRIES = (
    VectorActivation("logsumexp", "log(sum(exp(v)))", "A smooth maximum.", "torch.logsumexp",
                     aliases=("log_sum_exp",)),
    VectorActivation("softmax", "exp(v)/sum(exp(v))", "Positive weights of sum 1.",
                     "Bridle 1990; torch.nn.functional.softmax"),
    VectorActivation("log_softmax", "v - logsumexp(v)", "The logarithm of softmax.",
                     "torch.nn.functional.log_softmax"),
    VectorActivation("softmin", "softmax(-v)", "The weights of softmax in reverse order.",
                     "torch.nn.functional.softmin"),
    VectorActivation("center", "v - mean(v)", "The vector less its mean.", "definition", aliases=("mean_center",)),
    VectorActivation("layer_norm", "(v - mean(v))/sqrt(mean((v - mean(v))**2) + eps)",
                     "Mean 0 and variance 1, but for eps.",
                     "Ba et al. 2016; torch.nn.functional.layer_norm without weight and bias",
                     parameters=(Parameter("eps", "1e-5"),)),
    VectorActivation("rms_norm", "v/sqrt(mean(v**2) + eps)", "Mean square 1, but for eps.",
                     "Zhang and Sennrich 2019; torch.nn.functional.rms_norm without weight",
                     parameters=(Parameter("eps", "1e-6"),)),
    VectorActivation("l2_normalize", "v/norm(v)", "The unit vector of the same direction.", "definition"),
)  # fmt: skip


def vector_catalogue() -> tuple[VectorActivation, ...]:
    """All vector activations, in order of definition."""
    return _ENTRIES


@cache
def vector_activations() -> dict[str, VectorActivation]:
    """Every name and alias."""
    return {name: entry for entry in _ENTRIES for name in (entry.name, *entry.aliases)}
