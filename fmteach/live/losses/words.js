// What the picture says, in words and numbers. The same as words.py; a test compares the two.

const RATES = { mse: 0.1, logloss: 1, bpr: 1 };
const RANGES = { mse: [0, 6], logloss: [-6, 6], bpr: [-6, 6] };
const LOSS_NAMES = { 1: "loss −ln p", 0: "loss −ln(1 − p)", all: "mean loss" };

const shareOf = (s) => (s.rows === "all" ? s.ctr : Number(s.rows));
const placeOf = (s) => (s.loss === "bpr" ? s.liked - s.other : s.loss === "mse" ? s.rating : s.score);

function curveOf(s, at) {
  if (s.loss === "mse") return squared(at - s.stars);
  if (s.loss === "bpr") return bpr(at);
  return [logloss(shareOf(s), at, s.sigmoids), loglossSlope(shareOf(s), at, s.sigmoids)];
}

function fixed(number, digits) {
  const text = number.toFixed(digits);
  return Number(text) === 0 ? text.replace("-", "") : text.replace("-", "−");
}

const percent = (share) => `${fixed(100 * share, 0)} %`;

function factsOf(s) {
  const [loss, slope] = curveOf(s, placeOf(s));
  if (s.loss === "mse") {
    return [
      ["prediction ŷ", fixed(s.rating, 2)],
      ["error ŷ − y", fixed(s.rating - s.stars, 2)],
      ["loss (ŷ − y)²", fixed(loss, 4)],
      ["slope 2(ŷ − y)", fixed(slope, 3)],
    ];
  }
  if (s.loss === "bpr") {
    return [
      ["difference of the scores", fixed(placeOf(s), 2)],
      ["p = σ(difference)", fixed(sigmoid(placeOf(s)), 3)],
      ["loss −ln p", fixed(loss, 4)],
      ["slope p − 1", fixed(slope, 3)],
    ];
  }
  const p = fixed(probability(s.score, s.sigmoids), 3);
  const first = ["score ŷ", fixed(s.score, 2)];
  const lost = [LOSS_NAMES[s.rows], fixed(loss, 4)];
  if (s.sigmoids === 1) {
    const name = { 1: "slope p − 1", 0: "slope p", all: "slope p − CTR" }[s.rows];
    return [first, ["probability p = σ(ŷ)", p], lost, [name, fixed(slope, 3)]];
  }
  return [
    first,
    ["the model’s output, σ(ŷ)", fixed(sigmoid(s.score), 3)],
    ["p in the loss, σ(σ(ŷ))", p],
    lost,
    ["slope", fixed(slope, 3)],
  ];
}

function linesOf(s) {
  if (s.loss !== "logloss") return [];
  const found = s.rows === "all" ? [["base rate", baseRate(s.ctr)]] : [];
  if (s.sigmoids === 2) found.push(["floor", floorOf(shareOf(s), 2)]);
  return found;
}

function stepWords(slope, rate, what) {
  const move = fixed(Math.abs(slope) * rate, 3);
  if (Number(move) === 0) return `The slope is almost 0: ${what} stays where it is.`;
  return `One step with learning rate ${rate} ${slope < 0 ? "raises" : "lowers"} ${what} by ${move}.`;
}

function sentenceOf(s) {
  const [loss, slope] = curveOf(s, placeOf(s));
  if (s.loss === "mse") {
    return `y = ${fixed(s.stars, 1)} stars, prediction ${fixed(s.rating, 2)}: loss ${fixed(loss, 4)}. ${stepWords(slope, RATES.mse, "the prediction")}`;
  }
  if (s.loss === "bpr") {
    const gap = fixed(Math.abs(placeOf(s)), 2);
    const where = Number(gap) === 0
      ? "Both films have the same score"
      : `The liked film stands ${gap} ${placeOf(s) > 0 ? "above" : "below"} the other`;
    return `${where}: loss ${fixed(loss, 4)}. One step with learning rate 1 raises the liked film by ${fixed(Math.abs(slope), 3)} and lowers the other by as much.`;
  }
  const p = fixed(probability(s.score, s.sigmoids), 3);
  if (s.rows !== "all") {
    const seen = s.sigmoids === 1
      ? `the model says p = ${p}`
      : `the model says ${fixed(sigmoid(s.score), 3)}, but the loss takes p = ${p}`;
    const least = s.sigmoids === 1 ? "" : ` No score brings the loss of this row below ${fixed(floorOf(shareOf(s), 2), 4)}.`;
    return `y = ${s.rows}, and ${seen}: loss ${fixed(loss, 4)}. ${stepWords(slope, RATES.logloss, "the score")}${least}`;
  }
  const base = baseRate(s.ctr);
  if (s.sigmoids === 1) {
    const best = Math.log(s.ctr / (1 - s.ctr));
    return `One score in every row, at a CTR of ${percent(s.ctr)}: here the mean loss is ${fixed(loss, 4)}. The lowest point is ${fixed(base, 4)}, the base rate, at score ${fixed(best, 2)} (p = ${fixed(s.ctr, 2)}).`;
  }
  const least = floorOf(s.ctr, 2);
  const verdict = least > base
    ? `That is above the base rate: p = ${fixed(s.ctr, 2)} in every row costs only ${fixed(base, 4)}.`
    : `That is below the base rate, ${fixed(base, 4)}, and still far from 0.`;
  return `Two sigmoids keep p between 0.5 and 0.731. At a CTR of ${percent(s.ctr)} a model that knows every label comes near to ${fixed(least, 4)}, and no model goes below. ${verdict}`;
}

function tableOf(s) {
  const rows = (start, end, step, row) =>
    Array.from({ length: Math.round((end - start) / step) + 1 }, (_, n) => {
      const at = start + n * step;
      return [fixed(at, 1), ...row(at).map(([number, digits]) => fixed(number, digits))];
    });
  const both = (at) => {
    const [loss, slope] = curveOf(s, at);
    return [[loss, 4], [slope, 3]];
  };
  if (s.loss === "mse") {
    return [
      ["prediction ŷ", "error", "loss", "slope"],
      rows(0, 6, 0.5, (at) => [[at - s.stars, 2], ...both(at)]),
    ];
  }
  if (s.loss === "bpr") {
    return [
      ["difference", "p", "loss", "slope"],
      rows(-6, 6, 1, (at) => [[sigmoid(at), 3], ...both(at)]),
    ];
  }
  const all = s.rows === "all";
  return [
    ["score ŷ", "p", "loss, y = 1", "loss, y = 0", ...(all ? [`mean, CTR ${percent(s.ctr)}`] : [])],
    rows(-6, 6, 1, (at) => [
      [probability(at, s.sigmoids), 3],
      ...[1, 0, ...(all ? [s.ctr] : [])].map((share) => [logloss(share, at, s.sigmoids), 4]),
    ]),
  ];
}
