// A long row that collapses to its m non-zero features. All numbers are made here, by the rules of
// made_row.py and costs.py, so that the page answers at once and without a kernel.

const D_STOPS = [];
for (let tens = 100; tens <= 1e7; tens *= 10) D_STOPS.push(tens, 2 * tens, 5 * tens);
D_STOPS.length -= 2; // ends at ten million
const K_STOPS = [1, 2, 4, 8, 16, 32, 64];
const VALUES = [10, 10, 5, 10, 10, 20];
const STAGES = ["The row as it is", "The zeros vanish", "m rows of V are looked up", "Two sums"];
const NEXT = ["Collapse ▶", "Look up V ▶", "Two sums ▶", "Two sums ▶"];
const UNITS = [[1e9, "GB"], [1e6, "MB"], [1e3, "kB"]];
const MOST_ROWS = 12; // of the table in words
const SLOTS = 6; // rows that are drawn, fewer on a low screen such as a projector's
const ROW = 25;
const SVG = "http://www.w3.org/2000/svg";

const whole = (n) => n.toLocaleString("en-US");
const minus = (text) => text.replace("-", "−");
const tenths = (n) => minus(String(n / 10));
const times = (n) => `×${n >= 10 ? whole(Math.round(n)) : Number(n.toPrecision(2))}`;
const many = (n, one, more) => (n === 1 ? one : more);

// ---- the rules ----

function rowIds(d, m) {
  return Array.from({ length: m }, (_, j) => {
    const start = Math.floor((j * d) / m);
    const end = Math.floor(((j + 1) * d) / m);
    return start + Math.floor((((617 * j + 311) % 1000) * (end - start)) / 1000);
  });
}

const value = (j) => VALUES[j % VALUES.length];
const factor = (i, l) => ((7 * i + 5 * l + (i % 13) * (l % 7)) % 19) - 9;

function sums(ids, k) {
  const total = Array(k).fill(0);
  const squares = Array(k).fill(0);
  ids.forEach((i, j) => {
    for (let l = 0; l < k; l++) {
      const z = value(j) * factor(i, l);
      total[l] += z;
      squares[l] += z * z;
    }
  });
  return { total, squares };
}

function pairwise({ total, squares }) {
  const twice = total.reduce((sum, t, l) => sum + t * t - squares[l], 0);
  return twice / 2 / 1e4;
}

function costs(d, m, k) {
  const passes = (n) => 2 * n * k + k + 1;
  const made = (name, order, multiplications, x, V, z) =>
    ({ name, order, multiplications, x, V, z, bytes: x + V + z });
  return [
    made("Definition", "O(kd²)", (k + 2) * ((d * (d - 1)) / 2), 4 * d, 4 * d * k, 0),
    made("Two passes, dense", "O(kd)", passes(d), 4 * d, 4 * d * k, 4 * d * k),
    made("Two passes, sparse", "O(km)", passes(m), 12 * m, 4 * m * k, 4 * m * k),
  ];
}

function inBytes(count, bytes = "bytes") {
  if (count < 1000) return `${count} ${bytes}`;
  const [unit, name] = UNITS.find(([u]) => count >= u);
  const digits = count < 10 * unit ? 2 : count < 100 * unit ? 1 : 0;
  const rounded = Math.floor((2 * count * 10 ** digits + unit) / (2 * unit));
  const text = String(rounded);
  return `${digits ? `${text.slice(0, -digits)}.${text.slice(-digits)}` : text} ${name}`;
}

const inParts = (cost) =>
  ["x", "V", "z"]
    .filter((part) => cost[part])
    .map((part) => `${part} ${inBytes(cost[part], "B")}`)
    .join(", ");

function inWords(d, m, k, stage) {
  const ids = rowIds(d, m);
  const term = minus(
    pairwise(sums(ids, k)).toLocaleString("en-US", {
      minimumFractionDigits: 4,
      maximumFractionDigits: 4,
    }),
  );
  const lines = [
    `One row: d = ${whole(d)} columns, m = ${m} of them not zero, k = ${k} factors.`,
    `Stage ${stage} of ${STAGES.length}: ${STAGES[stage - 1]}.`,
    "",
    `${"id".padStart(12)} ${"value".padStart(6)}   its row of V`,
  ];
  ids.slice(0, MOST_ROWS).forEach((i, j) => {
    const factors = Array.from({ length: Math.min(k, 4) }, (_, l) => tenths(factor(i, l)));
    const row = `(${factors.join(", ")}${k > 4 ? ", ..." : ""})`;
    lines.push(`${whole(i).padStart(12)} ${tenths(value(j)).padStart(6)}   ${row}`);
  });
  if (m > MOST_ROWS) lines.push(`${"...".padStart(12)} ${"".padStart(6)}   and ${m - MOST_ROWS} more`);
  lines.push("", `Pairwise term: ${term}, the same in all three forms.`, "");
  lines.push(`${"form".padEnd(20)} ${"multiplications".padStart(25)}   memory`);
  for (const cost of costs(d, m, k)) {
    const counted = whole(cost.multiplications).padStart(25);
    lines.push(`${cost.name.padEnd(20)} ${counted}   ${inBytes(cost.bytes)} (${inParts(cost)})`);
  }
  return lines.join("\n");
}

// ---- drawing ----

function draw(tag, attributes, text) {
  const node = document.createElementNS(SVG, tag);
  for (const [name, at] of Object.entries(attributes)) node.setAttribute(name, at);
  if (text !== undefined) node.textContent = text;
  return node;
}

// The whole picture at one stage. `packed`, from 0 to 1, says how far the strip has collapsed.
function picture({ d, m, k, stage, width: W, slots, fresh }, packed) {
  const parts = [];
  const put = (tag, attributes, text) => parts.push(draw(tag, attributes, text));
  const say = (x, y, text, extra = "", anchor = "start") =>
    put("text", { x, y, class: `fmsp-t ${extra}`, "text-anchor": anchor }, text);
  const news = (from) => (fresh && stage === from ? "fmsp-new" : "");
  const ids = rowIds(d, m);
  const wide = W > 700;
  const left = 6;
  const span = W - 2 * left;

  // The strip: spread over the whole width, or packed cell by cell.
  const cell = Math.min(26, (span * 0.75) / m);
  const reach = span + (m * cell - span) * packed;
  put("rect", { x: left, y: 23, width: span, height: 30, class: "fmsp-gone" });
  put("rect", { x: left, y: 23, width: reach, height: 30, class: "fmsp-strip" });
  ids.forEach((i, j) => {
    const from = left + ((span - 3) * i) / d;
    put("rect", {
      x: from + (left + j * cell - from) * packed,
      y: 19 + 4 * packed,
      width: 3 + (Math.max(cell - 1, 1) - 3) * packed,
      height: 38 - 8 * packed,
      class: "fmsp-lit",
    });
  });
  const zeros = whole(d - m);
  say(left, 14, `x: ${whole(d)} columns`, "strong");
  say(W - left, 14, `${m} not zero, ${zeros} zero`, "", "end");
  if (stage === 1) {
    say(left, 74, "0", "soft");
    say(W - left, 74, whole(d - 1), "soft", "end");
    const share = Math.max(1, Math.round(d / span));
    const pixel = share > 1 ? `one pixel of this line is ${whole(share)} columns` : "column number";
    say(wide ? W * 0.74 : W / 2, 74, pixel, "soft", "middle");
  } else if (packed === 1) {
    const gone = `${zeros} zeros are gone`;
    if (span - m * cell > 9 * gone.length) say(left + m * cell + 14, 43, gone, "soft");
  }

  // V, always there: its height stands for all d rows.
  const top = 98;
  const tall = ROW * slots + 56;
  const vx = Math.max(190, W * 0.29);
  const vw = 58;
  const xr = Math.max(vx + vw + (wide ? 146 : 84), W * 0.49);
  const bottom = top + tall;
  const lit = (i) => top + 1 + ((tall - 4) * i) / d;
  say(vx + vw / 2, top - 7, wide ? `V: ${whole(d)} rows of ${k}` : "V", "", "middle");
  put("rect", { x: vx, y: top, width: vw, height: tall, class: `fmsp-V ${stage === 1 ? "all" : ""}` });
  for (let n = 1; n < 24; n++) {
    const y = top + (tall * n) / 24;
    put("line", { x1: vx, x2: vx + vw, y1: y, y2: y, class: "fmsp-rule" });
  }

  if (stage === 1) {
    // A few columns around the first one that is not zero, large enough to read.
    const cells = Math.max(3, Math.min(7, Math.floor((vx - 16) / 36)));
    const first = Math.max(0, Math.min(ids[0] - Math.floor(cells / 2), d - cells));
    const y = top + 36;
    const tick = left + ((span - 3) * ids[0]) / d + 1.5;
    put("path", {
      d: `M ${tick} 58 L ${left} ${y} M ${tick} 58 L ${left + cells * 36} ${y}`,
      class: "fmsp-lens",
    });
    for (let n = 0; n < cells; n++) {
      const at = ids.indexOf(first + n);
      const x = left + n * 36;
      put("rect", { x, y, width: 36, height: 34, class: at < 0 ? "fmsp-zero" : "fmsp-one" });
      say(x + 18, y + 23, at < 0 ? "0" : tenths(value(at)), at < 0 ? "soft" : "strong", "middle");
    }
    say(left, y + 56, "enlarged: columns", "soft");
    say(left, y + 76, `${whole(first)} to ${whole(first + cells - 1)}`, "soft");
    // Dense: every row of V is scaled, and z is as tall as V.
    for (let n = 1; n < 24; n += 2) {
      const at = top + (tall * n) / 24;
      put("path", { d: `M ${vx + vw} ${at} L ${xr} ${at}`, class: "fmsp-lead" });
    }
    put("rect", { x: xr, y: top, width: vw, height: tall, class: "fmsp-z" });
    for (const i of ids) put("rect", { x: xr, y: lit(i), width: vw, height: 2.5, class: "fmsp-zrow" });
    say(xr + vw / 2, top - 7, "z = x v", "", "middle");
    if (wide) {
      say(xr + vw + 16, top + 84, `All ${whole(d)} rows of V are scaled.`);
      say(xr + vw + 16, top + 110, `${zeros} rows of z are 0.`);
      say(xr + vw + 16, top + 136, "The two sums run over all of them.");
    }
    return parts;
  }

  const shown = m <= slots ? m : slots - 1;
  const middle = (r) => top + ROW * (r + 0.5);
  const columns = Math.max(1, Math.min(k, Math.floor((W - xr) / 58)));
  const listed = news(2);
  say(98, top - 7, "id", `soft ${listed}`, "end");
  say(156, top - 7, "value", `soft ${listed}`, "end");
  for (let r = 0; r < shown; r++) {
    put("rect", { x: left, y: middle(r) - 11, width: 158, height: 23, class: `fmsp-one ${listed}` });
    say(98, middle(r) + 5, whole(ids[r]), listed, "end");
    say(156, middle(r) + 5, tenths(value(r)), `strong ${listed}`, "end");
  }
  if (m > shown) say(98, middle(shown) + 5, `… ${m - shown} more`, `soft ${listed}`, "end");
  if (stage === 2) return parts;

  // The look-up, and at the last stage the scaled rows.
  const looked = news(3);
  const scaled = stage === 4;
  for (const i of ids) {
    put("rect", { x: vx, y: lit(i), width: vw, height: 2.5, class: `fmsp-row ${looked}` });
  }
  for (let r = 0; r < shown; r++) {
    const y = lit(ids[r]) + 1;
    put("path", { d: `M 166 ${middle(r)} L ${vx} ${y}`, class: `fmsp-lead ${looked}` });
    put("path", { d: `M ${vx + vw} ${y} L ${xr - 4} ${middle(r)}`, class: `fmsp-lead ${looked}` });
    for (let l = 0; l < columns; l++) {
      const v = factor(ids[r], l);
      const x = xr + l * 58;
      const kind = scaled ? "fmsp-z" : "fmsp-v";
      put("rect", { x, y: middle(r) - 11, width: 55, height: 23, class: `${kind} ${news(stage)}` });
      const text = scaled ? minus(String((value(r) * v) / 100)) : tenths(v);
      say(x + 27, middle(r) + 5, text, news(stage), "middle");
    }
  }
  const rest = k > columns && wide ? ` (${columns} of ${k} factors drawn)` : "";
  const what = wide ? (scaled ? "z = x v, the rows scaled" : "v, the rows looked up") : scaled ? "z = x v" : "v";
  say(xr, top - 7, what + rest, news(stage));
  if (m > shown) {
    say(xr, middle(shown) + 5, `… ${m - shown} more`, `soft ${looked}`);
  }
  if (!scaled) return parts;

  const { total, squares } = sums(ids, k);
  const two = [["sum", total, 100], [wide ? "sum of squares" : "squares", squares, 1e4]];
  two.forEach(([name, numbers, unit], n) => {
    const y = bottom - 39 + n * 26;
    say(xr - 8, y + 5, name, `strong ${news(4)}`, "end");
    for (let l = 0; l < columns; l++) {
      const x = xr + l * 58;
      put("rect", { x, y: y - 11, width: 55, height: 23, class: `fmsp-sum ${news(4)}` });
      say(x + 27, y + 5, minus((numbers[l] / unit).toFixed(2)), `strong ${news(4)}`, "middle");
    }
  });
  return parts;
}

const height = (slots) => 98 + ROW * slots + 56 + 4;

function sentence(d, m, k, stage) {
  const zeros = whole(d - m);
  const term = minus(pairwise(sums(rowIds(d, m), k)).toFixed(4));
  return [
    `x has ${whole(d)} columns, and ${zeros} of them are 0. Both passes of the dense form go ` +
      "through all of them.",
    `A zero adds nothing to either sum. What remains is ${m} ${many(m, "id", "ids")}, each with ` +
      "its value.",
    `An id is the number of a row of V. ${m} ${many(m, "row is", "rows are")} read; the other ` +
      `${zeros} are not touched.`,
    `The two sums run over ${m} ${many(m, "row", "rows")} only. Half of (sum² − sum of squares), ` +
      `added up over the ${k} ${many(k, "factor", "factors")}: ${term}. All ${whole(d)} columns ` +
      "would give the same number.",
  ][stage - 1];
}

// ---- the bars ----

const SCALES = [
  { key: "multiplications", title: "Multiplications a row", decades: 16,
    ticks: [[0, "1"], [3, "10³"], [6, "10⁶"], [9, "10⁹"], [12, "10¹²"], [15, "10¹⁵"]] },
  { key: "bytes", title: "Memory that a row touches", decades: 10,
    ticks: [[0, "1 byte"], [3, "1 kB"], [6, "1 MB"], [9, "1 GB"]] },
]; // prettier-ignore

function barTable() {
  const root = make("div", "fmsp-bars");
  root.append(make("div", "fmsp-head"));
  for (const scale of SCALES) {
    const head = make("div", "fmsp-head", scale.title);
    head.append(make("small", "", " logarithmic, ×1,000 a mark"));
    root.append(head);
  }
  const rows = costs(100, 1, 1).map((cost, n) => {
    const name = make("div", "fmsp-name");
    name.append(make("b", "", cost.name), make("span", "", cost.order));
    root.append(name);
    return SCALES.map((scale) => {
      const box = make("div", `fmsp-cost ${n === 2 ? "sparse" : ""}`);
      const line = make("div", "fmsp-line");
      const figure = make("b", "fmsp-number");
      const note = make("span", "fmsp-note");
      const change = make("span", "fmsp-change");
      line.append(figure, note, change);
      const track = make("div", "fmsp-track");
      for (const [power] of scale.ticks) {
        const tick = make("i", "fmsp-tick");
        tick.style.left = `${(100 * power) / scale.decades}%`;
        track.append(tick);
      }
      const bar = make("div", "fmsp-bar");
      const before = make("i", "fmsp-before");
      track.append(bar, before);
      box.append(line, track);
      root.append(box);
      return { scale, figure, note, change, bar, before };
    });
  });
  root.append(make("div"));
  for (const scale of SCALES) {
    const axis = make("div", "fmsp-axis");
    for (const [power, text] of scale.ticks) {
      const mark = make("span", "", text);
      mark.style.left = `${(100 * power) / scale.decades}%`;
      axis.append(mark);
    }
    root.append(axis);
  }
  // before: the costs when the present slider was taken hold of.
  function show(now, before) {
    now.forEach((cost, n) => {
      for (const { scale, figure, note, change, bar, before: mark } of rows[n]) {
        const size = cost[scale.key];
        const at = (number) => `${(100 * Math.log10(Math.max(number, 1))) / scale.decades}%`;
        figure.textContent = scale.key === "bytes" ? inBytes(size) : whole(size);
        note.textContent = scale.key === "bytes" ? inParts(cost) : "";
        bar.style.width = at(size);
        const was = before?.[n][scale.key] ?? size;
        mark.hidden = was === size;
        mark.style.left = at(was);
        const ratio = size / was;
        change.textContent = !before
          ? ""
          : ratio === 1 ? "does not move" : ratio > 1 ? times(ratio) : `÷${times(1 / ratio).slice(1)}`;
        change.classList.toggle("same", ratio === 1);
      }
    });
  }
  return { root, show };
}

// ---- the widget ----

function slider(label, least, most, onInput) {
  const box = make("label", "fmsp-slider");
  const input = make("input");
  input.type = "range";
  input.min = least;
  input.max = most;
  input.step = 1;
  const shown = make("output");
  box.append(make("span", "", label), input, shown);
  input.addEventListener("input", () => onInput(Number(input.value)));
  return { box, input, shown };
}

function nearest(stops, wanted) {
  const far = stops.map((stop) => Math.abs(Math.log(stop / wanted)));
  return far.indexOf(Math.min(...far));
}

function render({ model, el }) {
  const root = make("div", "fmsp fm-box");
  root.setAttribute("role", "group");
  root.setAttribute("aria-label", "A long row collapses to its features that are not zero");
  root.addEventListener("keydown", keepKey);
  el.append(root);
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  let held = null; // {name, was, costs}: the slider in hand, and what was true when it was taken
  let drawn = 0; // the stage of the last drawing
  let frame = 0;

  const get = () => ({ d: model.get("d"), m: model.get("m"), k: model.get("k"), stage: model.get("stage") });

  function set(changes) {
    for (const [name, to] of Object.entries(changes)) model.set(name, to);
    try {
      model.save_changes();
    } catch {
      // no kernel: the page goes on alone
    }
  }

  const controls = make("div", "fmsp-controls");
  const names = { d: "columns", m: "features that are not zero", k: "factors" };
  const sliders = {};
  for (const [name, stops, label] of [
    ["d", D_STOPS, "d, columns"],
    ["m", null, "m, not zero"],
    ["k", K_STOPS, "k, factors"],
  ]) {
    const made = slider(label, stops ? 0 : 1, stops ? stops.length - 1 : 100, (place) => {
      if (held?.name !== name) hold(name);
      set({ [name]: stops ? stops[place] : place });
    });
    for (const event of ["pointerdown", "focus"]) made.input.addEventListener(event, () => hold(name));
    sliders[name] = { ...made, stops };
    controls.append(made.box);
  }

  function hold(name) {
    const { d, m, k } = get();
    held = { name, was: { d, m, k }, costs: costs(d, m, k) };
  }

  const buttons = make("div", "fmsp-buttons");
  const button = (text, className, onClick) => {
    const made = make("button", className, text);
    made.type = "button";
    made.addEventListener("click", onClick);
    buttons.append(made);
    return made;
  };
  const back = button("◀ Back", "", () => move(get().stage - 1));
  const next = button(NEXT[0], "primary", () => move(get().stage + 1));
  button("Reset", "", () => {
    const [d, m, k] = model.get("start");
    held = null;
    set({ d, m, k, stage: 1 });
    show();
  });
  controls.append(buttons);

  function move(stage) {
    if (stage < 1 || stage > STAGES.length) return;
    held = null;
    set({ stage });
  }

  const title = make("p", "fmsp-title");
  const words = make("p", "fmsp-words");
  const svg = draw("svg", { role: "img", class: "fmsp-picture" });
  const bars = barTable();
  const status = make("p", "fmsp-status", "Move a slider: which bars move with it?");
  const spoken = make("p", "fm-sr"); // the stages; for the eye they stand above the picture
  for (const live of [status, spoken]) live.setAttribute("aria-live", "polite");
  const twin = make("details", "fmsp-twin");
  const table = make("pre");
  table.tabIndex = 0; // it may be wider than the page: the arrow keys scroll it
  table.setAttribute("role", "region");
  table.setAttribute("aria-label", "The same as text");
  twin.append(make("summary", "", "The same as text"), table);
  const story = make("div", "fmsp-story");
  story.append(title, words);
  root.append(controls, story, svg, bars.root, status, spoken, twin);

  function paint(packed, fresh) {
    const width = Math.max(root.clientWidth - 24, 320);
    const slots = innerHeight < 760 ? SLOTS - 2 : SLOTS;
    svg.setAttribute("width", width);
    svg.setAttribute("height", height(slots));
    svg.setAttribute("viewBox", `0 0 ${width} ${height(slots)}`);
    svg.replaceChildren(...picture({ ...get(), width, slots, fresh }, packed));
  }

  // From the spread strip to the packed one, or back, in 0.9 s; at once where motion is unwelcome.
  function tween(from, to) {
    cancelAnimationFrame(frame);
    const began = performance.now();
    const step = (now) => {
      const part = Math.min(1, Math.max(0, (now - began) / 900));
      const eased = part < 0.5 ? 2 * part * part : 1 - 2 * (1 - part) ** 2;
      paint(from + (to - from) * eased, false);
      if (part < 1) frame = requestAnimationFrame(step);
      else paint(to, true);
    };
    frame = requestAnimationFrame(step);
  }

  function report({ d, m, k }) {
    const size = { d, m, k }[held.name];
    const moved = costs(d, m, k).map((cost, n) => {
      const ratio = cost.multiplications / held.costs[n].multiplications;
      if (ratio === 1) return "sparse stays the same";
      const name = ["definition", "two passes dense", "two passes sparse"][n];
      return `${name} ${ratio > 1 ? times(ratio) : `÷${times(1 / ratio).slice(1)}`}`;
    });
    const all = held.name === "m" ? "the dense forms stay the same, " : "";
    const told = held.name === "m" ? moved.slice(2) : moved;
    return `${held.name} from ${whole(held.was[held.name])} to ${whole(size)}. Multiplications: ${all}${told.join(", ")}.`;
  }

  function show() {
    const now = get();
    const { d, m, k, stage } = now;
    for (const [name, made] of Object.entries(sliders)) {
      const size = now[name];
      made.input.value = made.stops ? nearest(made.stops, size) : size;
      made.input.setAttribute("aria-valuetext", `${whole(size)} ${names[name]}`);
      made.shown.textContent = whole(size);
    }
    // Not `disabled`: the button in hand would lose the focus, and the next key go to the notebook.
    back.setAttribute("aria-disabled", stage === 1);
    next.setAttribute("aria-disabled", stage === STAGES.length);
    next.textContent = NEXT[stage - 1];
    title.textContent = `${stage} of ${STAGES.length}: ${STAGES[stage - 1]}`;
    words.textContent = sentence(d, m, k, stage);
    svg.setAttribute("aria-label", `${STAGES[stage - 1]}. ${words.textContent}`);
    // What Python, or another view, has changed meanwhile is not the work of the slider in hand.
    if (held && ["d", "m", "k"].some((name) => name !== held.name && now[name] !== held.was[name])) held = null;
    const moved = held && now[held.name] !== held.was[held.name];
    bars.show(costs(d, m, k), moved ? held.costs : null);
    if (moved) status.textContent = report(now);
    if (drawn && drawn !== stage) spoken.textContent = `${title.textContent}. ${words.textContent}`;
    table.textContent = inWords(d, m, k, stage);
    const crossed = drawn && (drawn === 1) !== (stage === 1);
    const packed = stage === 1 ? 0 : 1;
    if (crossed && !still.matches) tween(1 - packed, packed);
    else {
      cancelAnimationFrame(frame);
      paint(packed, drawn && drawn < stage && !still.matches);
    }
    drawn = stage;
  }

  // Several traits change at once at a reset: one drawing is enough.
  let due = false;
  const soon = () => {
    if (due) return;
    due = true;
    queueMicrotask(() => {
      due = false;
      show();
    });
  };
  show();
  const traits = ["d", "m", "k", "stage"];
  for (const trait of traits) model.on(`change:${trait}`, soon);
  const watch = new ResizeObserver(() => {
    if (root.clientWidth) paint(get().stage === 1 ? 0 : 1, false);
  });
  watch.observe(root);
  return () => {
    watch.disconnect();
    cancelAnimationFrame(frame);
    for (const trait of traits) model.off(`change:${trait}`, soon);
  };
}

export default { render };
