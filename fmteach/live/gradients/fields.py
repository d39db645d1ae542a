"""The nine derivatives that a learner fills in: names, hints, and the slips that are known.

A slip is an expression itself, so that one table serves Python and the browser: whoever writes
something with the same values on all rows has made it.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Field:
    """One derivative. of, by: what stands above and below in d of / d by. names: what exists here.

    slips: (expression, what to say). hints: a nudge, then the way. over: the indices on which the
    value depends, for the words "for feature 2 and factor 1".
    """

    key: str
    of: str
    by: str
    over: str
    names: tuple[str, ...]
    hints: tuple[str, str]
    slips: tuple[tuple[str, str], ...]

    @property
    def label(self) -> str:
        return f"d {self.of} / d {self.by}"


_FIRST = ("x_i", "v_il", "z_il")
_SUMS = (*_FIRST, "s_l", "q_l")
_SCORE = ("x_i", "v_il", "w_i", "w0", "z_il", "s_l", "q_l", "pair", "lin", "ŷ")
_ITSELF = "That is the value of the step, not its slope. How much does it change for a small nudge?"

FIELDS: tuple[Field, ...] = (
    Field(
        "dz_dv", "z_il", "v_il", "il", _FIRST,
        ("Hold x_i still and nudge v_il: z_il = v_il x_i moves.",
         "The slope of c · v is c. Here c is x_i."),
        (
            ("v_il", "That is the slope by x_i. Here v_il is nudged, and x_i stays."),
            ("z_il", _ITSELF),
            ("1", "v_il has a factor: a nudge of v_il arrives multiplied by x_i."),
            ("0", "z_il does move when v_il moves. By how much for each unit?"),
            ("x_i^2", "x_i stands in z_il = v_il x_i only once."),
        ),
    ),
    Field(
        "ds_dz", "s_l", "z_il", "l", (*_FIRST, "s_l"),
        ("s_l is a plain sum of the z. One of its terms is nudged.",
         "Nudge one term of a sum by 0.1: the sum moves by 0.1 too."),
        (
            ("z_il", "That is the term itself. Nudge it by 0.1: by how much does the sum move?"),
            ("s_l", _ITSELF),
            ("0", "The sum does move: z_il is one of its terms."),
            ("x_i", "x_i belongs to the step before, z_il = v_il x_i. Here z_il itself is nudged."),
            ("s_l - z_il", "That is what the other features add. It does not move with z_il."),
            ("3", "Only one of the three terms is nudged."),
        ),
    ),
    Field(
        "dq_dz", "q_l", "z_il", "il", (*_FIRST, "q_l"),
        ("q_l is a sum of squares. Only one of its terms has z_il in it.",
         "The slope of t² is 2t. Here t is z_il."),
        (
            ("z_il", "Half of the truth: the slope of a square t² is 2t. The factor 2 is lost."),
            ("z_il^2", "That is the term itself. The slope of t² is 2t."),
            ("2", "The slope of t² depends on t: it is 2t."),
            ("q_l", _ITSELF),
            ("2*x_i", "Here z_il is nudged. What is the slope of z_il², in z_il?"),
            ("2*z_il*x_i", "x_i comes with the next step of the chain, d z_il / d v_il."),
            ("2*v_il", "The square is of z_il = v_il x_i, not of v_il alone."),
            ("2*z_il^2", "The exponent goes down by one: the slope of t² is 2t."),
        ),
    ),
    Field(
        "dpair_ds", "pair", "s_l", "l", (*_SUMS, "pair"),
        ("Hold q_l still. What is left of pair that moves with s_l?",
         "The slope of ½ s² is ½ · 2s."),
        (
            ("2*s_l", "Twice the truth: the ½ in front of the sum is lost. ½ · 2 s_l is what?"),
            ("s_l/2", "Half of the truth: the slope of s² is 2s, so ½ · 2 s_l."),
            ("s_l^2", "The exponent stays too high: the slope of s² is 2s."),
            ("s_l^2/2", "That is a part of pair itself. The slope of s² is 2s."),
            ("pair", _ITSELF),
            ("1", "pair has the square of s_l: its slope depends on s_l."),
            ("s_l - q_l", "q_l is held still here, so it has no slope by s_l."),
            ("(s_l^2 - q_l)/2", "That is the value of a layer. Its slope by s_l has no q_l."),
            ("s_l - 1/2", "Only s_l is nudged here; q_l has a field of its own."),
            ("s_l - z_il", "That is already part of the whole answer. Here q_l is held still."),
        ),
    ),
    Field(
        "dpair_dq", "pair", "q_l", "", (*_SUMS, "pair"),
        ("Hold s_l still. With which factor does q_l stand in pair?",
         "pair holds −½ q_l. The slope of c · q is c."),
        (
            ("1/2", "The size is right. q_l stands behind a minus."),
            ("-1", "The ½ stands before the whole bracket, so q_l has it too."),
            ("1", "q_l stands behind a minus, and the ½ is before the bracket."),
            ("-q_l/2", "That is the part of pair itself. The slope of c · q is c."),
            ("-q_l", "q_l is not squared here. The slope of c · q is c, a plain number."),
            ("q_l/2", "The slope of c · q is c, a plain number; and q_l stands behind a minus."),
            ("0", "pair does move with q_l: there is a part −½ q_l."),
            ("-z_il", "z_il comes with the next step, d q_l / d z_il. Here q_l itself is nudged."),
            ("pair", _ITSELF),
            ("s_l", "That is the slope by s_l. Here q_l is nudged."),
        ),
    ),
    Field(
        "dy_dw0", "ŷ", "w0", "", _SCORE,
        ("ŷ = w0 + lin + pair. Which part has w0 in it?",
         "Nudge w0 by 0.1: the score moves by 0.1."),
        (
            ("w0", "That is the bias itself. Nudge it by 0.1: by how much does ŷ move?"),
            ("0", "w0 is a constant for the row, but it is a parameter: ŷ moves with it."),
            ("x_i", "x_i stands beside w_i. The bias stands alone."),
            ("ŷ", _ITSELF),
        ),
    ),
    Field(
        "dy_dw", "ŷ", "w_i", "i", _SCORE,
        ("Only one term of lin holds w_i.", "The term is w_i x_i. The slope of c · w is c."),
        (
            ("w_i", "That is the slope by x_i of the linear part. Here w_i is nudged."),
            ("1", "w_i has a factor: its nudge arrives multiplied by x_i. (1 fits one-hot rows.)"),
            ("w_i*x_i", "That is the term itself. The slope of c · w is c."),
            ("lin", "That is the whole linear part. Only one of its terms has w_i in it."),
            ("0", "ŷ does move with w_i, whenever x_i is not 0."),
            ("x_i^2", "x_i stands beside w_i only once."),
            ("ŷ", _ITSELF),
        ),
    ),
    Field(
        "dy_dv", "ŷ", "v_il", "il", _SCORE,
        ("v_il acts on pair by two ways: z_il → s_l → pair, and z_il → q_l → pair. Multiply along "
         "each way, then add the two.",
         "First way: s_l · 1 · x_i. Second way: −½ · 2 z_il · x_i. Add them."),
        (
            ("x_i*s_l", "The own term is not subtracted. s_l holds v_il x_i too, and feature i is "
             "no pair with itself. That is the way through q_l."),
            ("s_l - z_il", "x_i is missing: the last link of the chain is d z_il / d v_il = x_i."),
            ("s_l", "x_i is missing, and the own term is not subtracted."),
            ("x_i*(s_l + z_il)", "The sign of the own term: the way through q_l brings a minus."),
            ("x_i*(z_il - s_l)", "The sign is turned: s_l minus the own term."),
            ("x_i*s_l - z_il", "The own term lacks an x_i: is a bracket missing, or x_i in it?"),
            ("x_i*s_l - v_il", "The own term needs x_i twice: v_il x_i², written x_i z_il."),
            ("x_i*(s_l - x_i)", "The own term is v_il x_i, not x_i."),
            ("x_i*(s_l - 2*z_il)", "The ½ before q_l is lost: −½ · 2 z_il is −z_il."),
            ("x_i*(s_l - z_il/2)", "The 2 of the square is lost: −½ · 2 z_il is −z_il."),
            ("x_i*(2*s_l - z_il)", "The ½ before s_l² is lost: ½ · 2 s_l is s_l."),
            ("x_i*(s_l - q_l)", "q_l holds the squares of all features. Only the own z_il goes."),
            ("x_i*(s_l - z_il^2)", "The own term is z_il, not its square: the slope of t² is 2t."),
            ("x_i*(s_l^2 - q_l)", "That is the value of a layer. Its slope has s_l, not s_l²."),
            ("x_i*(s_l^2 - q_l)/2", "That is the value of a layer. Its slope has s_l, not s_l²."),
            ("v_il*(s_l - z_il)", "That is a part of the slope by x_i. The last link is x_i."),
            ("w_i + v_il*(s_l - z_il)", "That is about the slope by x_i. Here v_il is nudged."),
            ("x_i", "That is the slope by w_i. v_il meets the other features: where is s_l?"),
            ("x_i*v_il", "That is z_il itself. A factor meets the sum of the other features."),
            ("x_i^2*v_il", "That is the own term, which goes away. What the others add is left."),
            ("x_i + x_i*(s_l - z_il)", "x_i alone is the slope by w_i. v_il is not in lin."),
            ("w_i*x_i + x_i*(s_l - z_il)", "v_il is not in lin. Only pair moves with it."),
        ),
    ),
    Field(
        "dloss_dy:squared", "loss", "ŷ", "", ("ŷ", "y"),
        ("The loss is (ŷ − y)². Which slope has a square?",
         "The slope of t² is 2t. Here t is ŷ − y."),
        (
            ("ŷ - y", "Half of the truth: the slope of t² is 2t. (With ½ before the loss it would "
             "be right.)"),
            ("2*(y - ŷ)", "The sign is turned: a score that is too high has a positive slope."),
            ("y - ŷ", "The sign is turned, and the 2 of the square is lost."),
            ("(ŷ - y)^2", _ITSELF),
            ("2*ŷ - y", "A bracket is missing: the 2 multiplies y as well."),
            ("2*ŷ", "y does not move, but it is inside the square: 2t with t = ŷ − y."),
            ("2", "The slope of t² depends on t: it is 2t."),
            ("2*(ŷ - y)^2", "The exponent goes down by one: the slope of t² is 2t."),
            ("1", "That is the slope of ŷ − y. The square is still missing."),
        ),
    ),
    Field(
        "dloss_dy:log", "loss", "ŷ", "", ("ŷ", "y", "p"),
        ("Take y = 1: the loss is −ln p, with p the sigmoid of ŷ. Then y = 0: −ln(1 − p).",
         "The slope of p by ŷ is p(1 − p). For y = 1: −1/p · p(1 − p) = p − 1. For y = 0: p."),
        (
            ("y - p", "The sign is turned. With y = 1 the loss falls when ŷ grows: negative."),
            ("ŷ - y", "ŷ is a score, any number. Compare the probability p with y."),
            ("y - ŷ", "Compare the probability p with y, and look at the sign for y = 1."),
            ("2*(ŷ - y)", "That belongs to the squared loss. Choose it above, or derive −ln p."),
            ("2*(p - y)", "There is no square here, so there is no 2."),
            ("(p - y)*p*(1 - p)", "As if the loss were ½ (p − y)². In logloss p(1 − p) cancels."),
            ("2*(p - y)*p*(1 - p)", "As if the loss were (p − y)². In logloss p(1 − p) cancels."),
            ("p*(1 - p)", "That is the slope of p by ŷ. The slope of the loss by p comes first."),
            ("-y/p", "That is the slope by p, for y = 1. One more link: the slope of p by ŷ."),
            ("(p - y)/(p*(1 - p))", "That is the slope by p. One more link: p(1 − p)."),
            ("p", "That is right for y = 0 only. What is it for y = 1?"),
            ("p - 1", "That is right for y = 1 only. What is it for y = 0?"),
        ),
    ),
)  # fmt: skip

SHOWN = tuple(field.key.partition(":")[0] for field in FIELDS[:-1])
"""The nine keys that a learner knows; dloss_dy has a field for each loss."""


def field_of(key: str, loss: str) -> Field:
    """The field of one of the nine keys, under the loss that is chosen."""
    wanted = f"{key}:{loss}" if key == "dloss_dy" else key
    return next(field for field in FIELDS if field.key == wanted)
