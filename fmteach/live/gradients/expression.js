// A learner's expression: read, computed, written out again. The same grammar and the same words as
// expression.py; nothing is ever given to the browser's own interpreter.

const LONGEST = 200;
const DEEPEST = 20;
// Without Object's own names: "constructor" is no name here.
const plainTable = (entries) => Object.assign(Object.create(null), entries);
const ALIASES = plainTable({
  xi: "x_i", wi: "w_i", w0: "w0", vil: "v_il", zil: "z_il", sl: "s_l", ql: "q_l",
  y: "y", yhat: "ŷ", ŷ: "ŷ", p: "p", pair: "pair", lin: "lin",
});
const SIGNS = {
  "−": "-", "–": "-", "—": "-", "·": "*", "×": "*", "⋅": "*", "∙": "*", "÷": "/",
  "²": "^2 ", "³": "^3 ", "½": " 0.5 ", "¼": " 0.25 ", "\u00a0": " ",
};
const SIGMOIDS = ["sigmoid", "sigma", "exp", "log", "ln", "σ"];
const SHORT = plainTable({ x: "x_i", w: "w_i", v: "v_il", z: "z_il", s: "s_l", q: "q_l" });
const TOKEN =
  /(\d+(?:[.,]\d+)?|[.]\d+)|([A-Za-zŶŷΣσ∑∂][A-Za-zŶŷ0-9_]*)|([-+*/^()])|([\s\u001c-\u001f\u0085]+)|(.)/gu;

class Problem extends Error {
  constructor(message, unfinished = false) {
    super(message);
    this.unfinished = unfinished;
  }
}

function knownName(written, names) {
  const plain = written.replaceAll("_", "").toLowerCase();
  const name = ALIASES[plain];
  if (name && names.includes(name)) return name;
  const refuse = (problem) => {
    throw new Problem(`${problem}. The names here are ${names.join(", ")}`);
  };
  if ("Σ∑".includes(written[0]) || plain === "sum")
    refuse("a sum over all features has a name: s_l is Σ_j v_jl x_j");
  if (SIGMOIDS.includes(plain)) refuse(`${written} is not needed: p is the sigmoid of ŷ`);
  if (["vjl", "xj", "zjl", "wj"].includes(plain))
    refuse(`${written} stands inside a sum over j; the whole sum is s_l`);
  if (SHORT[plain]) refuse(`${written} needs its index: ${SHORT[plain]}`);
  if (name) refuse(`${name} does not exist at this step`);
  for (let cut = 1; cut < plain.length; cut++) {
    const [left, right] = [ALIASES[plain.slice(0, cut)], ALIASES[plain.slice(cut)]];
    if (left && right) refuse(`${written} looks like two names; write ${left} * ${right}`);
  }
  return refuse(`there is no ${written} at this step`);
}

function tokensOf(text, names) {
  const clean = text
    .normalize("NFC")
    .replace(/[−–—·×⋅∙÷²³½¼\u00a0]/g, (sign) => SIGNS[sign])
    .replaceAll("**", "^")
    .replace(
      /([A-Za-zŶŷ])(?:_?\{([A-Za-z0-9, ]*)\}|((?:\[[A-Za-z0-9, ]*\])+))/g,
      (_, letter, curly, square) => `${letter}_${(curly ?? square).replace(/[^A-Za-z0-9]/g, "")} `,
    )
    .replace(/([vVz])_i, ?l\b/g, "$1_il");
  const found = [];
  for (const [, number, name, sign, space, other] of clean.matchAll(TOKEN)) {
    if (number) found.push(["number", number.replace(",", ".")]);
    else if (name) found.push(["name", knownName(name, names)]);
    else if (sign) found.push([sign, sign]);
    else if (!space) {
      throw new Problem(
        `the sign ${other} has no meaning here. Use + - * / ^ ( ) and the names`,
      );
    }
  }
  return found;
}

function parse(text, names) {
  if ([...text].length > LONGEST) {
    throw new Problem(`the expression is longer than ${LONGEST} characters; make it shorter`);
  }
  const tokens = tokensOf(text, names);
  if (!tokens.length) throw new Problem("nothing is written yet", true);
  let at = 0;
  const next = () => tokens[at]?.[0];

  function sum(depth) {
    let tree = product(depth);
    while (next() === "+" || next() === "-") tree = [tokens[at++][0], tree, product(depth)];
    return tree;
  }
  function product(depth) {
    let tree = signed(depth);
    for (;;) {
      if (next() === "*" || next() === "/") tree = [tokens[at++][0], tree, signed(depth)];
      else if (["number", "name", "("].includes(next())) tree = ["*", tree, power(depth)];
      else return tree;
    }
  }
  function signed(depth) {
    if (next() === "+" || next() === "-") {
      const minus = tokens[at++][0] === "-";
      const inner = signed(depth);
      return minus ? ["minus", inner] : inner;
    }
    return power(depth);
  }
  function power(depth) {
    const tree = atom(depth);
    if (next() !== "^") return tree;
    at++;
    return ["^", tree, signed(depth)];
  }
  function atom(depth) {
    if (next() === undefined) throw new Problem("something is missing at the end", true);
    const [kind, value] = tokens[at++];
    if (kind === "number" || kind === "name") return [kind, value];
    if (kind === "(") {
      if (depth === DEEPEST) {
        throw new Problem(`more than ${DEEPEST} brackets stand inside one another`);
      }
      const tree = sum(depth + 1);
      if (next() === undefined) throw new Problem("a bracket ( is still open", true);
      at++;
      return tree;
    }
    if (kind === ")") throw new Problem("there is a bracket ) with nothing before it");
    throw new Problem(`something is missing before ${kind}`);
  }

  const tree = sum(0);
  if (next() !== undefined) throw new Problem("there is a bracket ) too many");
  return tree;
}

function evaluate([kind, ...parts], values) {
  if (kind === "number") return Number(parts[0]);
  if (kind === "name") return values[parts[0]];
  const [a, b = 0] = parts.map((part) => evaluate(part, values));
  if (!Number.isFinite(a) || !Number.isFinite(b)) return NaN; // at once: NaN ** 0 would be 1
  const found = { minus: -a, "+": a + b, "-": a - b, "*": a * b, "/": a / b, "^": a ** b }[kind];
  return Number.isFinite(found) ? found : NaN;
}

const RANK = { "+": 1, "-": 1, "*": 2, "/": 2, minus: 3, "^": 4, number: 5, name: 5 };

function written([kind, ...parts]) {
  const rank = RANK[kind];
  const bracket = (text, needed) => (needed ? `(${text})` : text);
  if (kind === "number" || kind === "name") return [parts[0], rank];
  if (kind === "minus") {
    const [inner, of] = written(parts[0]);
    return [`−${bracket(inner, of < 3)}`, rank];
  }
  const [[left, leftRank], [right, rightRank]] = parts.map(written);
  const sign = { "+": " + ", "-": " − ", "*": " · ", "/": "/", "^": "^" }[kind];
  const first = bracket(left, leftRank < rank || (kind === "^" && leftRank === rank));
  const second = bracket(right, rightRank <= rank || rightRank === 3);
  return [`${first}${sign}${second}`, rank];
}
