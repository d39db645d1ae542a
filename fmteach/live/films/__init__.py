"""A trained model, looked into: the map of its factors, and the waterfall of one prediction."""

from fmteach.live.films.factor_map import FilmMap, film_map
from fmteach.live.films.prediction import Waterfall, waterfall

__all__ = ["FilmMap", "Waterfall", "film_map", "waterfall"]
