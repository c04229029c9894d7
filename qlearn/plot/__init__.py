"""Pictures of results, as Display classes in the way of scikit-learn.

A Display holds plain data (its constructor takes arrays and names, nothing is computed there); class methods
``from_...`` make one from results of qlearn; ``plot(ax=None)`` draws it into an axes, or a new figure, and returns the
Display, whose ``ax_`` and ``figure_`` can be changed further. One Display a file. Matplotlib is loaded by the first
call of ``plot``.
"""

from .decoders_comparison import ComparisonDisplay
from .decoders_post_selection import PostSelectionDisplay
from .decoders_reliability import ReliabilityDisplay
from .decoders_rounds import RoundsDisplay
from .decoders_suppression import SuppressionDisplay
from .decoders_threshold import ThresholdDisplay
from .estimates import EstimatesDisplay
from .images import ImagesDisplay
from .shadows_correlations import CorrelationDisplay
from .shadows_errors import ShotErrorDisplay
from .shadows_schemes import SchemeDisplay
from .variational_algebra import AlgebraDisplay
from .variational_boundary import BoundaryDisplay
from .variational_circuits import ExpressibilityDisplay
from .variational_gradients import GradientVarianceDisplay
from .variational_landscape import LandscapeDisplay
from .variational_learning import LearningCurveDisplay
from .variational_spectrum import FisherSpectrumDisplay

__all__ = [
    "AlgebraDisplay",
    "BoundaryDisplay",
    "ComparisonDisplay",
    "CorrelationDisplay",
    "EstimatesDisplay",
    "ExpressibilityDisplay",
    "FisherSpectrumDisplay",
    "GradientVarianceDisplay",
    "ImagesDisplay",
    "LandscapeDisplay",
    "LearningCurveDisplay",
    "PostSelectionDisplay",
    "ReliabilityDisplay",
    "RoundsDisplay",
    "SchemeDisplay",
    "ShotErrorDisplay",
    "SuppressionDisplay",
    "ThresholdDisplay",
]
