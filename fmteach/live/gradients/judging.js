// The forward pass, its finite differences, and the verdict on an expression: rows.py and judging.py
// once more, so that a page answers at every key and without a kernel.

const FEATURES = 3;
const FACTORS = 2;
const NUDGE = 1e-4;
const NEAR = 1e-9;
const CLOSE = 0.6;

const sigmoid = (score) =>
  score < 0 ? Math.exp(score) / (1 + Math.exp(score)) : 1 / (1 + Math.exp(-score));
const pairOf = (s, q) => 0.5 * s.reduce((sum, one, l) => sum + one * one - q[l], 0);
const total = (values) => values.reduce((sum, one) => sum + one, 0);
const squares = (values) => total(values.map((one) => one * one));
const lossOf = (yhat, y, kind) =>
  kind === "squared"
    ? (yhat - y) ** 2
    : Math.max(yhat, 0) - yhat * y + Math.log1p(Math.exp(-Math.abs(yhat)));

function forward(row) {
  const z = row.V.map((factors, i) => factors.map((v) => v * row.x[i]));
  const column = (l) => z.map((of) => of[l]);
  const s = row.V[0].map((_, l) => total(column(l)));
  const q = row.V[0].map((_, l) => squares(column(l)));
  const pair = pairOf(s, q);
  const lin = total(row.w.map((w, i) => w * row.x[i]));
  const yhat = row.w0 + lin + pair;
  return { z, s, q, pair, lin, yhat, p: sigmoid(yhat) };
}

function namesAt(row, i, l) {
  const steps = forward(row);
  return {
    x_i: row.x[i], v_il: row.V[i][l], w_i: row.w[i], w0: row.w0, y: row.y,
    z_il: steps.z[i][l], s_l: steps.s[l], q_l: steps.q[l],
    pair: steps.pair, lin: steps.lin, ŷ: steps.yhat, p: steps.p,
  };
}

function difference(row, key, i, l) {
  const steps = forward(row);
  const slope = (f, at) => (f(at + NUDGE) - f(at - NUDGE)) / (2 * NUDGE);
  const put = (values, place, now) => values.map((old, n) => (n === place ? now : old));
  const score = (changed) => forward({ ...row, ...changed }).yhat;
  const column = steps.z.map((of) => of[l]);
  const moved = (t) => row.V.map((of, n) => (n === i ? put(of, l, t) : of));
  const [kind, loss] = key.split(":");
  switch (kind) {
    case "dz_dv": return slope((t) => t * row.x[i], row.V[i][l]);
    case "ds_dz": return slope((t) => total(put(column, i, t)), column[i]);
    case "dq_dz": return slope((t) => squares(put(column, i, t)), column[i]);
    case "dpair_ds": return slope((t) => pairOf(put(steps.s, l, t), steps.q), steps.s[l]);
    case "dpair_dq": return slope((t) => pairOf(steps.s, put(steps.q, l, t)), steps.q[l]);
    case "dy_dw0": return slope((t) => score({ w0: t }), row.w0);
    case "dy_dw": return slope((t) => score({ w: put(row.w, i, t) }), row.w[i]);
    case "dy_dv": return slope((t) => score({ V: moved(t) }), row.V[i][l]);
    case "dloss_dv": return slope((t) => lossOf(score({ V: moved(t) }), row.y, loss), row.V[i][l]);
    default: return slope((t) => lossOf(t, row.y, loss), steps.yhat);
  }
}

const equal = (got, wanted) =>
  got.every((a, n) => Math.abs(a - wanted[n]) <= NEAR * Math.max(1, Math.abs(wanted[n])));

function apart(a, b) {
  const size = Math.abs(a) + Math.abs(b);
  return size > 1e-12 ? Math.abs(a - b) / size : 0;
}

// The truth by autograd. It comes without repetition: one entry where it is the same for all.
function truthOf(row, key, i, l) {
  const values = row.autograd[key];
  const of = values[Math.min(i, values.length - 1)];
  return of[Math.min(l, of.length - 1)];
}

// rows: the row that is shown, then the others.
function judge(field, text, rows) {
  const answer = (verdict, more = {}) => ({ verdict, score: 0, says: "", read: "", values: [], ...more });
  if (!text.trim()) return answer("open");
  let tree;
  try {
    tree = parse(text, field.names);
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    return problem.unfinished
      ? answer("unfinished", { says: `Not finished: ${problem.message}.` })
      : answer("unclear", { says: `Not understood: ${problem.message}.` });
  }
  const names = [];
  const wanted = [];
  for (const row of rows) {
    for (let i = 0; i < FEATURES; i++) {
      for (let l = 0; l < FACTORS; l++) {
        names.push(namesAt(row, i, l));
        wanted.push(truthOf(row, field.key, i, l));
      }
    }
  }
  const got = names.map((values) => evaluate(tree, values));
  const [read] = written(tree);
  const values = Array.from({ length: FEATURES }, (_, i) => got.slice(i * FACTORS, (i + 1) * FACTORS));
  if (!got.every(Number.isFinite)) {
    const says = "On some rows this is not a number. Is there a division by 0?";
    return answer("wrong", { says, read, values });
  }
  if (equal(got, wanted)) {
    const says = "Exact, on these numbers and on the random rows.";
    return answer("exact", { score: 1, says, read, values });
  }
  const score = 1 - total(got.map((a, n) => apart(a, wanted[n]))) / got.length;
  const says = slipIn(field, got, wanted, names);
  return answer(score >= CLOSE ? "close" : "wrong", { score, says, read, values });
}

function slipIn(field, got, wanted, names) {
  for (const [expression, says] of field.slips) {
    const tree = parse(expression, field.names);
    if (equal(got, names.map((values) => evaluate(tree, values)))) return says;
  }
  const at = wanted.reduce((best, one, n) => (Math.abs(one) > Math.abs(wanted[best]) ? n : best), 0);
  const ratio = got[at] / wanted[at];
  for (const [factor, says] of [
    [-1, "The size is right everywhere, and the sign is turned."],
    [2, "Twice the truth everywhere: look for a 2 too many, or for a lost ½."],
    [0.5, "Half of the truth everywhere: look for a lost 2, or for a ½ too many."],
  ]) {
    if (Math.abs(ratio - factor) < NEAR && equal(got, wanted.map((one) => factor * one))) return says;
  }
  const own = FEATURES * FACTORS;
  if (equal(got.slice(0, own), wanted.slice(0, own))) {
    return "It fits these numbers, and not the random rows: press Random numbers and look.";
  }
  const oneNumber = (values) => equal(values, values.map(() => values[0]));
  if (oneNumber(got) && !oneNumber(wanted)) {
    return "That is one number for all. The derivative depends on the row.";
  }
  return "Compare the three numbers, then nudge one thing: what moves with it?";
}
