"""Pictures of results, as Display classes in the way of scikit-learn.

A Display holds plain data (its constructor takes arrays and names, nothing is computed there); class methods
``from_...`` make one from results of qlearn; ``plot(ax=None)`` draws it into an axes, or a new figure, and returns the
Display, whose ``ax_`` and ``figure_`` can be changed further. One Display a file. Matplotlib is loaded by the first
call of ``plot``.
"""

from .estimates import EstimatesDisplay

__all__ = ["EstimatesDisplay"]
