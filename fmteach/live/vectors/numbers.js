// Numbers and sentences of the plane of arrows. words.py has the same in Python, and a test compares
// the two letter by letter.

const LONGEST = 2; // of an arrow
const ZERO = 1e-9; // a product below this is 0 but for rounding
const GRID = 10; // tips are dragged from tenth to tenth, so that what is shown is what is computed

function dot(a, b, k) {
  let total = 0;
  for (let l = 0; l < k; l += 1) total += a[l] * b[l];
  return total;
}

function products(tips, x, k) {
  return x.map((xi, i) => x.map((xj, j) => dot(tips[i], tips[j], k) * xi * xj));
}

function pairs(d) {
  const all = [];
  for (let i = 0; i < d; i += 1) for (let j = i + 1; j < d; j += 1) all.push([i, j]);
  return all;
}

function pairTerm(tips, x, k) {
  const square = products(tips, x, k);
  return pairs(x.length).reduce((total, [i, j]) => total + square[i][j], 0);
}

const sign = (value) => (Math.abs(value) < ZERO ? "0" : value > 0 ? "+" : "-");

function met(square, wanted) {
  const asked = pairs(square.length).filter(([i, j]) => wanted[i][j] !== "0");
  return [asked.filter(([i, j]) => sign(square[i][j]) === wanted[i][j]).length, asked.length];
}

// ---- where a tip may be ------------------------------------------------------------------------

// To the grid, and not longer than LONGEST: then turning all arrows never leaves the plane.
function allowed([a, b], k) {
  const long = k === 1 ? Math.abs(a) : Math.hypot(a, b);
  const shrink = long > LONGEST ? LONGEST / long : 1;
  const snap = shrink < 1
    ? (value) => Math.trunc(value * shrink * GRID + Math.sign(value) * 1e-6) / GRID + 0
    : (value) => Math.round(value * GRID) / GRID + 0;
  let [c, d] = [snap(a), snap(b)];
  // Rounding up at the rim may have made it a little too long.
  while (k === 2 && Math.hypot(c, d) > LONGEST + ZERO) {
    if (Math.abs(c) > Math.abs(d)) c = Math.round((c - Math.sign(c) / GRID) * GRID) / GRID + 0;
    else d = Math.round((d - Math.sign(d) / GRID) * GRID) / GRID + 0;
  }
  return [c, d];
}

// All arrows turned; with one factor, which has no angle, a half turn flips them.
function turned(tips, degrees) {
  const [c, s] = [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)];
  return tips.map(([a, b]) => [a * c - b * s, a * s + b * c]);
}

// ---- numbers for the eye -----------------------------------------------------------------------

function fixed(value, digits, plus = false) {
  const size = Math.abs(value).toFixed(digits);
  const mark = Number(size) === 0 ? "" : value < 0 ? "−" : plus ? "+" : "";
  return mark + size;
}

const onGrid = (value, steps = GRID) => Math.abs(value * steps - Math.floor(value * steps + 0.5)) < 1e-6;
const coordinate = (value) => fixed(value, onGrid(value) ? 1 : 2);
const plain = (value) => fixed(value, 2).replace(/0+$/, "").replace(/\.$/, "");
const bracket = (text) => (text.startsWith("−") ? `(${text})` : text);
const sub = (n) => String(n + 1).replace(/\d/g, (digit) => "₀₁₂₃₄₅₆₇₈₉"[digit]);
const arrow = (tip, k) => `(${tip.slice(0, k).map(coordinate).join(", ")})`;
const equals = (...shown) => (shown.every((value) => onGrid(value, 100)) ? "=" : "≈");
const wide = (text) => [...text].length;
const pad = (text, width) => text + " ".repeat(Math.max(0, width - wide(text)));

function worked(a, b, k) {
  const terms = [];
  for (let l = 0; l < k; l += 1) terms.push(`${bracket(coordinate(a[l]))} · ${bracket(coordinate(b[l]))}`);
  return terms.join(" + ");
}

// ---- sentences ---------------------------------------------------------------------------------

function pairLine(tips, x, k, i, j) {
  const [a, b] = [tips[i].slice(0, k), tips[j].slice(0, k)];
  const value = dot(a, b, k) * x[i] * x[j];
  const parts = [...a, ...b, x[i], x[j]];
  return `⟨v${sub(i)}, v${sub(j)}⟩ x${sub(i)} x${sub(j)} ${equals(...parts)} (${worked(a, b, k)}) · ` +
    `${bracket(plain(x[i]))} · ${bracket(plain(x[j]))} ${equals(value, ...parts)} ${fixed(value, 2, true)}`;
}

function angleOf(a, b, k) {
  const [long, other] = [Math.sqrt(dot(a, a, k)), Math.sqrt(dot(b, b, k))];
  if (long < ZERO || other < ZERO) return null;
  const cosine = Math.max(-1, Math.min(1, dot(a, b, k) / (long * other)));
  return { long, other, degrees: (Math.acos(cosine) * 180) / Math.PI };
}

// Two sentences: what the directions say of the sign, and how the lengths come in.
function geometry(a, b, k) {
  const found = angleOf(a, b, k);
  if (!found) return ["An arrow of length 0 has no direction.", "Its product with every other arrow is 0."];
  const product = dot(a, b, k);
  const mark = sign(product);
  const [long, other] = [fixed(found.long, 2), fixed(found.other, 2)];
  if (k === 1) {
    return [
      mark === "+" ? "The same direction, so +." : "Opposite directions, so −.",
      `Lengths ${long} and ${other}: ${mark === "+" ? "" : "−"}${long} · ${other} ≈ ${fixed(product, 2)}.`,
    ];
  }
  const degrees = fixed(found.degrees, 0);
  const said = { "+": "less than 90°, so +", "-": "more than 90°, so −", 0: "a right angle, so 0" };
  return [
    `Angle ${degrees}°: ${said[mark]}.`,
    `Lengths ${long} and ${other}: ${long} · ${other} · cos ${degrees}° ≈ ${fixed(product, 2)}.`,
  ];
}

function sumLine(tips, x, k) {
  const square = products(tips, x, k);
  const all = pairs(x.length).map(([i, j]) => square[i][j]);
  const exact = all.every((value) => onGrid(value, 100));
  return {
    terms: all.map((value) => fixed(value, 2, true)),
    end: `${exact ? "=" : "≈"} ${fixed(pairTerm(tips, x, k), 2)}`,
  };
}

function twinText(names, tips, x, k, chosen, target, wanted) {
  const labels = names.map((name, n) => `v${sub(n)} ${name}`);
  const arrows = tips.map((tip) => arrow(tip, k));
  const [first, second] = [labels, arrows].map((all) => Math.max(...all.map(wide)));
  const lines = [`k = ${k} factor${k > 1 ? "s" : ""}, length of an arrow at most 2`];
  labels.forEach((label, n) => {
    lines.push(`${pad(label, first)}  ${pad(arrows[n], second)}  x${sub(n)} = ${plain(x[n])}`);
  });
  lines.push("", "What each pair i < j adds to the score:");
  const square = products(tips, x, k);
  for (const [i, j] of pairs(x.length)) {
    let line = `${pairLine(tips, x, k, i, j)}  ${names[i]} × ${names[j]}`;
    if (wanted && wanted[i][j] !== "0") {
      const mark = sign(square[i][j]) === wanted[i][j] ? "✓" : "✗";
      line += `  ${mark} wanted ${wanted[i][j].replace("-", "−")}`;
    }
    lines.push(line);
  }
  const { terms, end } = sumLine(tips, x, k);
  lines.push(`Pair term: ${terms.join(" ")} ${end}`);
  const [i, j] = chosen;
  lines.push("", `Chosen: ${names[i]} × ${names[j]}. ${geometry(tips[i], tips[j], k).join(" ")}`);
  if (wanted) {
    const [good, asked] = met(square, wanted);
    lines.push(`Target (${target}): ${good} of ${asked} signs are met.`);
  }
  return lines.join("\n");
}
