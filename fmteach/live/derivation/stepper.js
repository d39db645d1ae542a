// The derivation stepper. Python sends all five lines, computed; this file draws and steps.
//
//   1 numbers and words   2 how a cell came about   3 the skeleton   4 the table of numbers
//   5 the stage           6 the lines of the proof  7 size           8 keys, playing, kernel

const LAST = 5;
const BLUE = "0, 114, 178";
const ORANGE = "230, 159, 0";
const PLAY_MS = 3200;

// ---- 1 numbers and words ------------------------------------------------------------------------

// The same rules as show() in fmteach/derivation.py.
function fmt(value, decimals = 2, most = decimals) {
  const size = Math.abs(value) < 1e-12 ? 0 : Math.abs(value);
  if (size && (size >= 1e6 || size < 0.5 * 10 ** -most)) {
    return value.toExponential(1).replace("e+", "e").replace(/-/g, "−");
  }
  let [whole, fraction = ""] = value.toFixed(most).split(".");
  fraction = fraction.replace(/0+$/, "").padEnd(decimals, "0");
  const text = fraction ? `${whole}.${fraction}` : whole;
  return Number(text) === 0 ? text.replace("-", "") : text.replace("-", "−");
}
const long = (value) => fmt(value, 2, 4);
const plain = (value) => fmt(value, 0, 4);
const factor = (value) => (value < 0 ? `(${plain(value)})` : plain(value));
const count = (value) => value.toLocaleString("en-US");

const v = (i, l) => `<i>v</i><sub>${i},${l}</sub>`;
const x = (i) => `<i>x</i><sub>${i}</sub>`;
const vec = (i) => `<b>v</b><sub>${i}</sub>`;

// "v_il x_i" in a sentence of Python's becomes a small formula.
function typeset(text) {
  const safe = text.replace(/&/g, "&amp;").replace(/</g, "&lt;");
  return safe
    .replace(/(_[a-z]+) (?=x_)/g, "$1\u00a0")
    .replace(/\b([dkl]) = /g, "$1\u00a0=\u00a0")
    .replace(/\b([vx])_(\d(?:,\d)?)/g, "<i>$1</i><sub>$2</sub>")
    .replace(/\b([vxSQ])_([a-z]+)/g, "<i>$1</i><sub><i>$2</i></sub>")
    .replace(/\b(i) &lt; (j)\b/g, "<i>$1</i> &lt; <i>$2</i>")
    .replace(/\b([dkl])(?=\u00a0= ?| layers)|(?<=over )([lij])\b/g, "<i>$&</i>");
}
const strong = (html) => html.replace(/[\d,]+ multiplications?|[\d,.]+ times fewer/g, "<b>$&</b>");
const typesetCost = (text) => {
  const [formula, rest] = text.split(" = ");
  return `${formula.replace(/[kd]/g, "<i>$&</i>")} = ${rest}`;
};

function el(tag, className, parent, attributes = {}) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  if (parent) parent.append(node);
  return node;
}

const width = (text) => (text.length > 6 ? "longer" : text.length > 5 ? "long" : "");

const shade = (value, largest) => {
  const alpha = largest ? 0.07 + 0.5 * Math.min(1, Math.abs(value) / largest) : 0;
  return value === 0 ? "transparent" : `rgba(${value > 0 ? BLUE : ORANGE}, ${alpha.toFixed(3)})`;
};

// ---- 2 how a cell came about --------------------------------------------------------------------

const THAT_CELL = {
  1: (p, i, j) =>
    j > i
      ? pairProduct(p, i, j, p.lines[0].work.cells[i][j])
      : i === j
        ? `Cell (${i + 1}, ${j + 1}) is on the diagonal. The definition has no pair of a feature with itself.`
        : `Cell (${i + 1}, ${j + 1}) is below the diagonal. The definition counts this pair above, as (${j + 1}, ${i + 1}).`,
  2: (p, i, j) =>
    pairProduct(p, i, j, p.lines[1].work.cells[i][j]) +
    (i === j
      ? " No partner: this cell is taken away."
      : ` Its mirror image (${j + 1}, ${i + 1}) has the same value.`),
  3: (p, i, j, l) =>
    `${v(i + 1, l + 1)} ${v(j + 1, l + 1)} ${x(i + 1)} ${x(j + 1)} = ` +
    `${[p.V[i][l], p.V[j][l], p.x[i], p.x[j]].map(factor).join("·")} = ` +
    `<b>${long(p.lines[2].work.layers[l][i][j])}</b>` +
    (i === j ? ". Taken away with the diagonal." : "."),
  4: (p, i, j, l) => {
    const { left, right, squares } = p.lines[3].work;
    if (i === j) {
      return (
        `${v(i + 1, l + 1)}² ${x(i + 1)}² = ${factor(p.V[i][l])}²·${factor(p.x[i])}² = ` +
        `<b>${long(squares[l][i])}</b>. Taken away with the diagonal.`
      );
    }
    return (
      `(${v(i + 1, l + 1)} ${x(i + 1)}) · (${v(j + 1, l + 1)} ${x(j + 1)}) = ` +
      `${factor(left[l][i])}·${factor(right[l][j])} = <b>${long(left[l][i] * right[l][j])}</b>. ` +
      "Line 4 does not compute this cell. It multiplies the two sums."
    );
  },
};

function pairProduct(p, i, j, value) {
  const dot = p.V[i].map((a, l) => `${factor(a)}·${factor(p.V[j][l])}`).join(" + ");
  return (
    `⟨${vec(i + 1)}, ${vec(j + 1)}⟩ ${x(i + 1)} ${x(j + 1)} = ` +
    `(${dot})·${factor(p.x[i])}·${factor(p.x[j])} = <b>${long(value)}</b>.`
  );
}

const marginCell = (p, i, l) =>
  `${v(i + 1, l + 1)} ${x(i + 1)} = ${factor(p.V[i][l])}·${factor(p.x[i])} = ` +
  `<b>${long(p.lines[3].work.left[l][i])}</b>`;

function passCell(p, i, l, running, squares) {
  const { left, squares: q } = p.lines[4].work;
  const terms = (squares ? q : left)[l].slice(0, i + 1).map(factor).join(" + ");
  return squares
    ? `Sum of squares after ${i + 1} of ${p.d} features: ${terms} = <b>${long(running)}</b>`
    : `Sum after ${i + 1} of ${p.d} features: ${terms} = <b>${long(running)}</b>`;
}

// ---- 3 the skeleton -----------------------------------------------------------------------------

function skeleton(root) {
  root.className = "fm-w fmst";
  root.tabIndex = 0;
  // Keys belong to the widget while the focus is inside; the notebook's shortcuts stay out.
  root.setAttribute("data-lm-suppress-shortcuts", "true");
  root.setAttribute("role", "group");
  root.setAttribute(
    "aria-label",
    "Derivation stepper. Left and Right step, Up and Down choose the layer, Home resets, Space plays.",
  );
  root.innerHTML = `
    <div class="fmst-bar">
      <div class="fm-buttons" role="toolbar" aria-label="Steps">
        <button type="button" data-do="reset" title="Home">Reset</button>
        <button type="button" data-do="back" title="Left key">← Back</button>
        <button type="button" data-do="step" class="primary" title="Right key">Step →</button>
        <button type="button" data-do="play" title="Space" aria-pressed="false">Play</button>
      </div>
      <div class="fmst-size">
        <label><span><i>d</i> features</span><input type="range" min="1" max="8" data-trait="d"><output></output></label>
        <label><span><i>k</i> factors</span><input type="range" min="1" max="6" data-trait="k"><output></output></label>
        <button type="button" data-do="random">Random numbers</button>
      </div>
    </div>
    <p class="fm-hint" hidden>No kernel answers. Stepping works; new numbers and the sliders need a running kernel.</p>
    <div class="fmst-body">
      <div class="fmst-proof">
        <ol class="fmst-lines"></ol>
        <div class="fmst-say" role="status" aria-live="polite"></div>
      </div>
      <div class="fmst-stage">
        <div class="fmst-top"></div>
        <div class="fmst-board">
          <div class="fmst-numbers" role="group" aria-label="Your numbers x and V"></div>
          <div class="fmst-square"></div>
        </div>
        <p class="fm-error" role="alert" hidden></p>
        <div class="fmst-sum"></div>
        <p class="fmst-why" aria-live="polite"></p>
      </div>
    </div>
    <details class="fm-text"><summary>As text</summary><pre tabindex="0"></pre></details>`;
  const find = (selector) => root.querySelector(selector);
  return {
    root,
    find,
    body: find(".fmst-body"),
    lines: find(".fmst-lines"),
    say: find(".fmst-say"),
    top: find(".fmst-top"),
    board: find(".fmst-board"),
    numbers: find(".fmst-numbers"),
    square: find(".fmst-square"),
    error: find(".fm-error"),
    sum: find(".fmst-sum"),
    why: find(".fmst-why"),
    hint: find(".fm-hint"),
    text: find(".fm-text pre"),
    action: (name) => find(`[data-do="${name}"]`),
  };
}

// ---- 4 the table of numbers ---------------------------------------------------------------------

function readNumber(text) {
  const clean = text.trim().replaceAll("−", "-").replace(/^([^,]*),([^,]*)$/, "$1.$2");
  if (clean === "") return [NaN, "is empty"];
  const value = Number(clean);
  if (Number.isNaN(value)) return [NaN, `“${text.trim()}” is not a number`];
  if (!Number.isFinite(value)) return [NaN, "must be finite"];
  if (Math.abs(value) > 1e6) return [NaN, "must lie between −1,000,000 and 1,000,000"];
  return [value, ""];
}

function numbersTable(ui, onEdit) {
  let shape = "";
  let inputs = [];
  const name = (i, l) => (l < 0 ? `x_${i + 1}` : `v_${i + 1},${l + 1}`);

  function check() {
    let message = "";
    const values = inputs.map((input) => {
      // What is shown may be rounded; as long as it was not touched, the exact number counts.
      const untouched = input.value === input.shown;
      const [value, problem] = untouched ? [input.exact, ""] : readNumber(input.value);
      input.classList.toggle("long", input.value.length > 4);
      input.classList.toggle("longer", input.value.length > 5);
      input.classList.toggle("longest", input.value.length > 7);
      input.setAttribute("aria-invalid", problem ? "true" : "false");
      input.title = problem;
      if (problem && !message) message = `${input.dataset.name} ${problem}.`;
      return value;
    });
    ui.error.hidden = !message;
    ui.error.innerHTML = message && `${typeset(message)} The picture keeps the last good numbers.`;
    return message ? null : values;
  }

  function paint(p) {
    if (shape !== `${p.d},${p.k}`) {
      shape = `${p.d},${p.k}`;
      ui.numbers.replaceChildren();
      ui.numbers.style.setProperty("--cols", p.k + 1);
      const head = [["<i>x<sub>i</sub></i>", -1]];
      for (let l = 0; l < p.k; l++) head.push([`<i>v</i><sub><i>i</i>,${l + 1}</sub>`, l]);
      for (const [html, l] of head) {
        const node = el("div", "fmst-colhead", ui.numbers, { "data-l": l });
        node.innerHTML = `<span>${html}</span>`;
      }
      inputs = [];
      for (let i = 0; i < p.d; i++) {
        for (let l = -1; l < p.k; l++) {
          const input = el("input", l < 0 ? "fmst-x" : "fmst-v", ui.numbers, {
            type: "text",
            inputmode: "decimal",
            spellcheck: "false",
            "data-i": i,
            "data-l": l,
            "data-name": name(i, l),
            "aria-label": name(i, l).replace("_", " "),
          });
          inputs.push(input);
        }
      }
    }
    const wanted = [];
    for (let i = 0; i < p.d; i++) wanted.push(p.x[i], ...p.V[i]);
    inputs.forEach((input, n) => {
      // What the learner is typing stays as typed ("0.50", or something not yet valid).
      const typing = input === input.getRootNode().activeElement;
      if (typing || input.getAttribute("aria-invalid") === "true") return;
      if (readNumber(input.value)[0] !== wanted[n]) input.value = input.shown = plain(wanted[n]);
      if (input.value === input.shown) input.exact = wanted[n];
    });
    check();
  }

  ui.numbers.addEventListener("input", () => {
    const values = check();
    if (!values) return;
    const k = Number(shape.split(",")[1]);
    const rows = [];
    for (let n = 0; n < values.length; n += k + 1) rows.push(values.slice(n, n + k + 1));
    onEdit(rows.map((row) => row[0]), rows.map((row) => row.slice(1)));
  });
  ui.numbers.addEventListener("focusin", (event) => event.target.select?.());
  return {
    paint,
    forget: () => inputs.forEach((input) => input.setAttribute("aria-invalid", "false")),
    hot: (rows) =>
      inputs.forEach((input) => input.classList.toggle("hot", rows.includes(Number(input.dataset.i)))),
    layer: (l) =>
      ui.numbers.querySelectorAll("[data-l]").forEach((node) =>
        node.classList.toggle("in-layer", l !== null && Number(node.dataset.l) === l)),
    enable: (yes) => inputs.forEach((input) => (input.readOnly = !yes)),
  };
}

// ---- 5 the stage --------------------------------------------------------------------------------

const TOPS = {
  1: "The grid of all pair products. Lit: what this line computes.",
  2: "Solid: the pairs. Dashed: their mirror images. Hatched: the diagonal.",
};

function stage(ui, chooseLayer, table) {
  let size = 0;
  let cells = [];
  let rowHeads = [];
  let colHeads = [];
  let passes = null;
  let now = null; // {p, line, l}
  let focusCell = [0, 0];

  function build(d) {
    size = d;
    ui.square.replaceChildren();
    ui.square.style.setProperty("--d", d);
    const sheets = el("div", "fmst-sheets", ui.square, { "aria-hidden": "true" });
    for (let n = 0; n < 3; n++) el("div", "fmst-sheet", sheets);
    const grid = el("div", "fmst-grid", ui.square, { role: "grid", "aria-label": "Pair products" });
    const top = el("div", "fmst-row", grid, { role: "row" });
    el("div", "fmst-corner", top, { role: "gridcell" });
    colHeads = Array.from({ length: d }, (_, j) =>
      el("div", "fmst-head col", top, { role: "columnheader", "data-j": j }));
    rowHeads = [];
    cells = [];
    for (let i = 0; i < d; i++) {
      const row = el("div", "fmst-row", grid, { role: "row" });
      rowHeads.push(el("div", "fmst-head row", row, { role: "rowheader", "data-i": i }));
      cells.push(
        Array.from({ length: d }, (_, j) =>
          el("div", "fmst-cell", row, { role: "gridcell", tabindex: -1, "data-i": i, "data-j": j })),
      );
    }
    focusCell = [0, Math.min(1, d - 1)];
    passes = el("div", "fmst-passes", ui.square);
  }

  function paint(p, line, l) {
    now = { p, line, l };
    if (size !== p.d) build(p.d);
    paintCells(p, line, l);
    paintTop(p, line, l);
    paintSum(p, line, l);
    table.layer(line >= 3 ? l : null);
    passes.hidden = line !== 5;
    passes.previousSibling.setAttribute("aria-hidden", String(line === 5)); // the square stands back
    if (line === 5) paintPasses(p, l);
    ui.square.dataset.line = line;
    ui.square.style.setProperty("--behind", line === 3 || line === 4 ? Math.min(3, p.k - 1) : 0);
    explain(null);
  }

  function paintCells(p, line, l) {
    const works = p.lines.map((entry) => entry.work);
    const value = {
      1: (i, j) => works[0].cells[i][j],
      2: (i, j) => works[1].cells[i][j],
      3: (i, j) => works[2].layers[l][i][j],
      4: (i, j) => works[3].left[l][i] * works[3].right[l][j],
      5: () => null,
    }[line];
    let largest = 0;
    for (let i = 0; i < p.d; i++)
      for (let j = 0; j < p.d; j++) largest = Math.max(largest, Math.abs(value(i, j) ?? 0));
    for (let i = 0; i < p.d; i++) {
      for (let j = 0; j < p.d; j++) {
        const cell = cells[i][j];
        const number = value(i, j);
        const lit = number !== null;
        const kind = i === j ? "diag" : j > i ? "upper" : "lower";
        const text = lit ? fmt(number) : line === 5 ? "" : "·";
        cell.className = `fmst-cell ${kind} ${lit ? "lit" : "unlit"} ${width(text)}`;
        cell.textContent = text;
        cell.style.setProperty("--tint", lit ? shade(number, largest) : "transparent");
        cell.tabIndex = i === focusCell[0] && j === focusCell[1] && line < 5 ? 0 : -1;
        const where = `row ${i + 1}, column ${j + 1}`;
        cell.setAttribute("aria-label", lit ? `${where}: ${fmt(number)}` : `${where}: not computed`);
      }
    }
    const margins = line === 4 ? works[3] : null;
    const top = margins
      ? Math.max(...margins.left[l].map(Math.abs), ...margins.right[l].map(Math.abs))
      : 0;
    const head = (node, n, vector, letter) => {
      node.innerHTML = `<span>${margins ? fmt(vector[l][n], 1, 2) : `<i>${letter}</i> = ${n + 1}`}</span>`;
      node.className = node.className.replace(/ (margin|long|longer)\b/g, "");
      if (margins) node.classList.add("margin", ...[width(node.textContent)].filter(Boolean));
      node.style.setProperty("--tint", margins ? shade(vector[l][n], top) : "transparent");
      node.tabIndex = -1;
    };
    rowHeads.forEach((node, n) => head(node, n, margins?.left, "i"));
    colHeads.forEach((node, n) => head(node, n, margins?.right, "j"));
    ui.square.querySelector(".fmst-corner").innerHTML = margins ? `<span><i>l</i> = ${l + 1}</span>` : "";
  }

  function paintTop(p, line, l) {
    if (line < 3) {
      ui.top.innerHTML = `<p class="fmst-caption">${TOPS[line]}</p>`;
      return;
    }
    const held = ui.top.contains(ui.root.getRootNode().activeElement);
    const tabs = el("div", `fmst-tabs ${p.k > 4 ? "many" : ""}`, null, { role: "tablist", "aria-label": "Layer l" });
    for (let n = 0; n < p.k; n++) {
      const tab = el("button", "fmst-tab", tabs, {
        type: "button",
        role: "tab",
        "aria-selected": n === l,
        tabindex: n === l ? 0 : -1,
      });
      tab.innerHTML =
        `${thumbnail(p.lines[2].work.layers[n])}<span class="fmst-tabname"><i>l</i> = ${n + 1}</span>` +
        `<span class="fmst-tabsum">${layerParts(p, line, n)}</span>`;
      tab.addEventListener("click", () => chooseLayer(n));
      if (held && n === l) queueMicrotask(() => tab.focus());
    }
    ui.top.replaceChildren(tabs);
  }

  function thumbnail(layer) {
    const d = layer.length;
    const largest = Math.max(...layer.flat().map(Math.abs));
    let rects = "";
    layer.forEach((row, i) =>
      row.forEach((value, j) => {
        rects += `<rect x="${j}" y="${i}" width="0.92" height="0.92" fill="${shade(value, largest)}"/>`;
      }));
    return `<svg class="fmst-thumb" viewBox="0 0 ${d} ${d}" aria-hidden="true">${rects}</svg>`;
  }

  function layerParts(p, line, n) {
    const work = p.lines[line - 1].work;
    const taken = `<span class="c-diag">${fmt(work.square_sums[n])}</span>`;
    if (line === 3) return `<span class="c-cross">${fmt(work.full_sums[n])}</span> − ${taken}`;
    const a = fmt(work.left_sums[n], 1, 2);
    if (line === 5) return `<span class="c-cross">${a.startsWith("−") ? `(${a})` : a}²</span> − ${taken}`;
    const b = fmt(work.right_sums[n], 1, 2);
    const wrap = (text) => (text.startsWith("−") ? `(${text})` : text);
    return `<span class="c-cross">${wrap(a)}·${wrap(b)}</span> − ${taken}`;
  }

  function paintSum(p, line, l) {
    const entry = p.lines[line - 1];
    const { work } = entry;
    const half = '<span class="c-half">½</span>';
    const pairs = (p.d * (p.d - 1)) / 2;
    ui.sum.classList.toggle("many", line >= 3 && (p.k > 4 || ui.root.clientWidth < 900));
    const result = `<b class="fmst-result">${long(entry.value)}</b>`;
    if (line === 1) {
      const cellsWord = { 0: "no pair, so no cell", 1: "the one lit cell" }[pairs] ?? `sum of all ${pairs} lit cells`;
      ui.sum.innerHTML = `<span><span class="c-cross">${cellsWord}</span> = ${result}</span>`;
    } else if (line === 2) {
      ui.sum.innerHTML =
        `<span>${half} · ( <span class="c-cross">${p.d === 1 ? "the one cell" : `all ${p.d * p.d} cells`} ${long(work.full_sum)}</span> − ` +
        `<span class="c-diag">diagonal ${long(work.diagonal_sum)}</span> ) = ${result}</span>`;
    } else {
      const parts = Array.from({ length: p.k }, (_, n) => {
        const first = {
          3: () => work.full_sums[n],
          4: () => work.left_sums[n] * work.right_sums[n],
          5: () => work.left_sums[n] * work.left_sums[n],
        }[line]();
        if (n === l && p.k <= 3) return `<span class="chosen-layer">[ ${layerParts(p, line, n)} ]</span>`;
        const text = fmt(first - work.square_sums[n]);
        return `<span class="c-layer ${n === l ? "chosen" : ""}">${text.startsWith("−") && n ? `(${text})` : text}</span>`;
      });
      ui.sum.innerHTML = `<span>${half} · ( ${parts.join(" + ")} <span class="fm-nowrap">) = ${result}</span></span>`;
    }
  }

  function paintPasses(p, l) {
    const { left, squares } = p.lines[4].work;
    const running = (list) => {
      let total = 0;
      return list.map((value) => (total += value));
    };
    const sums = running(left[l]);
    const totals = running(squares[l]);
    const low = Math.min(0, ...sums);
    const high = Math.max(0, ...sums);
    const most = Math.max(0, ...totals);
    const bar = (value, from, to, kind) => {
      const span = to - from || 1;
      const a = (Math.min(0, value) - from) / span;
      const b = (Math.max(0, value) - from) / span;
      return (
        `<span class="fmst-runbar ${kind}" style="left:${(100 * a).toFixed(2)}%;width:${(100 * (b - a)).toFixed(2)}%"></span>` +
        `<span class="fmst-zero" style="left:${((100 * -from) / span).toFixed(2)}%"></span>`
      );
    };
    const S = `<i>S</i><sub>${l + 1}</sub>`;
    const Q = `<i>Q</i><sub>${l + 1}</sub>`;
    let html =
      `<div class="fmst-phead"><span><i>v</i><sub><i>i</i>,${l + 1}</sub> <i>x<sub>i</sub></i></span></div>` +
      `<div class="fmst-phead"><span class="c-cross">running sum ${S}</span></div>` +
      `<div class="fmst-phead"><span class="c-diag">sum of squares ${Q}</span></div>`;
    const largest = Math.max(...left[l].map(Math.abs));
    for (let i = 0; i < p.d; i++) {
      const last = i === p.d - 1 ? " last" : "";
      const stop = (what, value) => `tabindex="0" role="img" aria-label="${what}, feature ${i + 1}: ${value}"`;
      html +=
        `<div class="fmst-cell lit pass ${width(fmt(left[l][i], 1, 2))}" ${stop("v times x", fmt(left[l][i], 1, 2))} data-pass="a" data-i="${i}" style="--tint:${shade(left[l][i], largest)}">${fmt(left[l][i], 1, 2)}</div>` +
        `<div class="fmst-run${last}" ${stop("running sum", fmt(sums[i], 1, 2))} data-pass="s" data-i="${i}"><span class="fmst-track">${bar(sums[i], low, high, "sum")}</span><span class="fmst-num ${width(fmt(sums[i], 1, 2))}"><span>${last ? `${S} = ` : ""}${fmt(sums[i], 1, 2)}</span></span></div>` +
        `<div class="fmst-run${last}" ${stop("sum of squares", fmt(totals[i]))} data-pass="q" data-i="${i}"><span class="fmst-track">${bar(totals[i], 0, most, "sq")}</span><span class="fmst-num ${width(fmt(totals[i]))}"><span>${last ? `${Q} = ` : ""}${fmt(totals[i])}</span></span></div>`;
    }
    passes.innerHTML = html;
    passes.sums = sums;
    passes.totals = totals;
  }

  // The text under the grid, and what belongs to the cell that is pointed at.
  function explain(target) {
    const { p, line, l } = now;
    let html = "";
    let rows = [];
    ui.square.querySelectorAll(".hot, .mirror-of").forEach((n) => n.classList.remove("hot", "mirror-of"));
    if (target) {
      const i = Number(target.dataset.i ?? target.dataset.j);
      const j = Number(target.dataset.j ?? target.dataset.i);
      if (target.dataset.pass) {
        const kind = target.dataset.pass;
        html = kind === "a"
          ? marginCell(p, i, l)
          : passCell(p, i, l, (kind === "s" ? passes.sums : passes.totals)[i], kind === "q");
        rows = [i];
      } else if (target.classList.contains("fmst-head")) {
        rows = [i];
        html = line === 4 ? marginCell(p, i, l) : `Feature ${i + 1}: ${x(i + 1)} = ${plain(p.x[i])}`;
      } else if (line < 5) {
        html = THAT_CELL[line](p, i, j, l);
        rows = [i, j];
        if (i !== j && line > 1) cells[j][i].classList.add("mirror-of");
        rowHeads[i].classList.add("hot");
        colHeads[j].classList.add("hot");
      }
      target.classList.add("hot");
    }
    table.hot(rows);
    ui.why.innerHTML = html || '<span class="quiet">Point at a cell, or go to it with Tab and the arrow keys, to see how it came about.</span>';
  }

  const cellOf = (event) =>
    event.target.closest?.(".fmst-cell:not([hidden]), .fmst-head, .fmst-run") ?? null;
  ui.square.addEventListener("pointerover", (event) => explain(cellOf(event)));
  ui.square.addEventListener("pointerleave", () => explain(null));
  ui.square.addEventListener("focusin", (event) => explain(cellOf(event)));
  ui.square.addEventListener("focusout", () => explain(null));
  ui.square.addEventListener("keydown", (event) => {
    const cell = event.target.closest("[role=gridcell]");
    const move = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[event.key];
    if (!cell || !move) return;
    event.preventDefault();
    event.stopPropagation();
    const clamp = (n) => Math.max(0, Math.min(size - 1, n));
    cells[focusCell[0]][focusCell[1]].tabIndex = -1;
    focusCell = [clamp(Number(cell.dataset.i) + move[0]), clamp(Number(cell.dataset.j) + move[1])];
    const next = cells[focusCell[0]][focusCell[1]];
    next.tabIndex = 0;
    next.focus();
  });
  return { paint };
}

// ---- 6 the lines of the proof -------------------------------------------------------------------

function proof(ui, formulas, goTo) {
  const items = [];
  for (let n = 1; n <= LAST; n++) {
    const item = el("li", "fmst-item", ui.lines);
    const button = el("button", "fmst-line", item, { type: "button", "data-line": n });
    button.innerHTML = `
      <span class="fmst-badge">${n}</span>
      <span class="fmst-title"></span>
      <span class="fmst-formula fm-formula" data-line="${n}">${formulas[`line${n}`] ?? ""}</span>
      <span class="fmst-value"><span class="eq">=</span> <b></b> <span class="fmst-check"></span></span>
      <span class="fmst-cost"><span class="fmst-costbar"><span></span><i></i></span><span class="fmst-count"></span></span>`;
    button.addEventListener("click", () => goTo(n));
    const part = (selector) => button.querySelector(selector);
    items.push({
      item,
      button,
      title: part(".fmst-title"),
      formula: part(".fmst-formula"),
      value: part(".fmst-value b"),
      check: part(".fmst-check"),
      bar: part(".fmst-costbar span"),
      mark: part(".fmst-costbar i"),
      count: part(".fmst-count"),
    });
  }
  // Pointing at a term in the formula shows where it is in the grid.
  ui.lines.addEventListener("pointerover", (event) => {
    const term = event.target.closest?.(".fmst-item.current [class*='t-']");
    ui.root.dataset.term = term ? term.getAttribute("class").match(/t-(\w+)/)[1] : "";
  });
  ui.lines.addEventListener("pointerleave", () => (ui.root.dataset.term = ""));

  return {
    paint(p, line) {
      const most = Math.max(...p.lines.map((entry) => entry.multiplications));
      const first = p.lines[0].multiplications;
      items.forEach((part, n) => {
        const entry = p.lines[n];
        const state = n + 1 === line ? "current" : n + 1 < line ? "past" : "future";
        part.item.className = `fmst-item ${state}`;
        part.button.setAttribute("aria-current", state === "current" ? "step" : "false");
        part.button.setAttribute(
          "aria-label",
          `Line ${n + 1}: ${entry.title}. ${entry.formula}` +
            (state === "future" ? "" : `. Value ${long(entry.value)}, ${entry.multiplications} multiplications`),
        );
        part.title.innerHTML = typeset(entry.title);
        part.value.textContent = long(entry.value);
        part.check.textContent = n === 0 ? "" : entry.equal ? "✓ still equal" : "✗ not equal";
        part.check.className = `fmst-check ${entry.equal ? "" : "bad"}`;
        part.bar.style.width = `${(100 * entry.multiplications) / (most || 1)}%`;
        part.mark.style.left = `${(100 * first) / (most || 1)}%`;
        part.count.innerHTML = `<b>${count(entry.multiplications)}</b> <span>multiplication${entry.multiplications === 1 ? "" : "s"}</span>` +
          `<em>${n ? `▎line 1: ${count(first)}` : ""}</em>`;
      });
      const entry = p.lines[line - 1];
      ui.say.innerHTML =
        `<span class="fmst-sentence">${typeset(entry.sentence)}</span>` +
        `<span class="fmst-costs"><b>Cost:</b> ${typesetCost(entry.cost)}. ${strong(typeset(entry.scale))}</span>`;
      ui.text.textContent = p.text[String(line)];
    },
  };
}

// ---- 7 size: cells and letters as large as the place allows --------------------------------------

function fit(ui, p) {
  const width = ui.root.clientWidth;
  if (!width || !p) return;
  const wide = width >= 700;
  const many = p.d + 0.75 * p.k; // a large square gets more of the width
  const share = many > 9 ? 0.4 : many > 7 ? 0.43 : 0.46;
  const left = wide ? Math.max(330, Math.min(width * share, 780)) : width;
  ui.root.classList.toggle("narrow", !wide);
  ui.body.style.setProperty("--left", `${left}px`);
  const columns = Math.max(p.d, 4) + 1.1; // the square, or the two passes
  const room = (wide ? width - left - 46 : width - 26) - 18 - 8 * (p.k + 1 > 4 ? 1 : 0);
  const narrow = p.k > 3 ? 0.76 : 0.92; // a column of V against a column of the square
  ui.root.style.setProperty("--vcol", narrow);
  const units = columns + narrow * (p.k + 1) + 0.3;
  const tallest = Math.max(300, Math.min(0.56 * window.innerHeight, 680)) / (p.d + 1);
  const cell = Math.max(26, Math.min(room / units, tallest, 104));
  ui.root.style.setProperty("--c", `${cell.toFixed(1)}px`);
  ui.root.style.setProperty("--base", `${Math.max(13, Math.min(19, width / 82)).toFixed(1)}px`);
  ui.root.style.setProperty("--formula", `${Math.max(13, Math.min((left - (wide ? 40 : 60)) / 20.4, wide ? 34 : 20)).toFixed(1)}px`);
}

// ---- 8 keys, playing, kernel --------------------------------------------------------------------

function render({ model, el: root }) {
  const ui = skeleton(root);
  const save = () => {
    try {
      model.save_changes();
    } catch {
      // A page without a kernel has nowhere to save to; stepping goes on.
    }
  };
  const set = (name, value) => {
    if (model.get(name) === value) return;
    model.set(name, value);
    save();
  };
  const send = (message) => {
    try {
      model.send(message);
    } catch {
      // as above
    }
  };
  const payload = () => model.get("payload");
  const line = () => model.get("line");
  const layer = () => Math.min(model.get("layer"), payload().k) - 1;

  const table = numbersTable(ui, (xs, V) => send({ type: "edit", x: xs, V }));
  const board = stage(ui, (l) => set("layer", l + 1), table);
  const lines = proof(ui, model.get("formulas"), (n) => {
    stop();
    set("line", n);
  });
  const sliders = [...root.querySelectorAll("input[type=range]")];

  function paint() {
    const p = payload();
    if (!p || !p.lines) return;
    fit(ui, p);
    table.paint(p);
    board.paint(p, line(), layer());
    lines.paint(p, line());
    for (const [name, off] of [["back", line() === 1], ["step", line() === LAST]]) {
      const button = ui.action(name);
      // A button that is switched off loses the focus; the keys must go on working.
      if (off && button === root.getRootNode().activeElement) root.focus({ preventScroll: true });
      button.disabled = off;
    }
  }
  function paintSliders() {
    for (const slider of sliders) {
      slider.value = model.get(slider.dataset.trait);
      slider.nextElementSibling.textContent = slider.value;
    }
  }
  for (const slider of sliders) {
    slider.addEventListener("input", () => {
      slider.nextElementSibling.textContent = slider.value;
      set(slider.dataset.trait, Number(slider.value));
    });
  }

  // Playing: one line after the other, never without being asked.
  let timer = null;
  function stop() {
    clearInterval(timer);
    timer = null;
    ui.action("play").textContent = "Play";
    ui.action("play").setAttribute("aria-pressed", "false");
  }
  function play() {
    if (timer) return stop();
    if (line() === LAST) set("line", 1);
    timer = setInterval(() => {
      set("line", Math.min(LAST, line() + 1));
      if (line() === LAST) stop();
    }, PLAY_MS);
    ui.action("play").textContent = "Pause";
    ui.action("play").setAttribute("aria-pressed", "true");
  }
  const actions = {
    step: () => (stop(), set("line", Math.min(LAST, line() + 1))),
    back: () => (stop(), set("line", Math.max(1, line() - 1))),
    reset: () => (stop(), set("line", 1), set("layer", 1)),
    play,
    random: () => (table.forget(), send({ type: "random" })),
  };
  for (const [name, act] of Object.entries(actions)) ui.action(name).addEventListener("click", act);

  root.addEventListener("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.target.matches("input, summary, pre")) {
      // The notebook around would take the arrow keys away from a slider.
      if (!["Tab", "Escape", "Enter"].includes(event.key)) event.stopPropagation();
      return;
    }
    const onButton = event.target.closest("button");
    const turn = (by) => set("layer", Math.max(1, Math.min(payload().k, layer() + 1 + by)));
    const act = {
      ArrowRight: actions.step,
      ArrowLeft: actions.back,
      Home: actions.reset,
      End: () => (stop(), set("line", LAST)),
      ArrowUp: line() >= 3 ? () => turn(-1) : null,
      ArrowDown: line() >= 3 ? () => turn(1) : null,
      " ": onButton ? null : play,
    }[event.key];
    if (!act) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  });

  // A kernel is there when it answers. Without one, everything that needs new numbers is off.
  let answered = false;
  function live(yes) {
    answered = answered || yes;
    ui.hint.hidden = yes;
    table.enable(yes);
    for (const control of [...sliders, ui.action("random")]) control.disabled = !yes;
  }
  const onMessage = (message) => {
    if (message?.type === "here") live(true);
    if (message?.type === "refused") {
      ui.error.hidden = false;
      ui.error.textContent = message.message;
    }
  };
  model.on("msg:custom", onMessage);
  send({ type: "hello" });
  const waiting = setTimeout(() => answered || live(false), 2500);

  const onLine = () => paint();
  model.on("change:payload", paint);
  model.on("change:line", onLine);
  model.on("change:layer", onLine);
  model.on("change:d", paintSliders);
  model.on("change:k", paintSliders);
  const observer = new ResizeObserver(() => fit(ui, payload()));
  observer.observe(root);
  paintSliders();
  paint();

  return () => {
    clearTimeout(waiting);
    stop();
    observer.disconnect();
    model.off("msg:custom", onMessage);
    model.off("change:payload", paint);
    model.off("change:line", onLine);
    model.off("change:layer", onLine);
    model.off("change:d", paintSliders);
    model.off("change:k", paintSliders);
  };
}

export default { render };
