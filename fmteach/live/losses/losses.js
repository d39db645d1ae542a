// Loss against score: the curves, a point to drag, and the same in numbers and words. The
// arithmetic is in arithmetic.js, the words are in words.js; no kernel is needed. See against_score.py.

const SVG = "http://www.w3.org/2000/svg";
const PAD = { left: 66, right: 26, top: 14, bottom: 74 };
const HEIGHT = 430;
const STEP = 0.05;
const CURVE_POINTS = 161;
const LIMIT = 3; // of the score of a film under BPR
const QUIET_MS = 500; // so long nothing moved: then it is said aloud
const TRAITS = ["loss", "rows", "score", "ctr", "sigmoids", "stars", "rating", "liked", "other"];
const TITLES = {
  mse: ["prediction ŷ, in stars", "loss of this row: (ŷ − y)²"],
  logloss: ["", ""],
  bpr: ["difference of the scores, and below it p = σ(difference)", "loss of this pair"],
};

function shape(tag, attributes, ...children) {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

const clamp = (value, low, high) => Math.min(high, Math.max(low, value));
const snap = (value) => Math.round(value / STEP) / Math.round(1 / STEP);

function topOf(s) {
  if (s.loss === "mse") return 20.5;
  return s.loss === "logloss" && s.rows === "all" ? 2.6 : 6.4;
}

function render({ model, el }) {
  const own = `fml${Math.random().toString(36).slice(2)}`; // no counter: each widget has its own copy of this file
  const root = make("section", "fml fm-box");
  root.setAttribute("aria-label", "Loss against score");
  root.addEventListener("keydown", keepKey);
  el.append(root);
  const state = () => Object.fromEntries(TRAITS.map((name) => [name, model.get(name)]));

  function put(changes) {
    for (const [name, value] of Object.entries(changes)) model.set(name, value);
    try {
      model.save_changes();
    } catch {
      // a page without a kernel: all of it works here
    }
  }

  // ---- controls ----------------------------------------------------------------------------
  const choices = [];
  function choice(trait, title, options) {
    const set = make("fieldset", "fml-choice");
    set.append(make("legend", "", title));
    const row = make("div", "fml-segments");
    const radios = options.map(([value, text]) => {
      const label = make("label");
      const radio = make("input");
      radio.type = "radio";
      radio.name = `${own}-${trait}`;
      radio.value = value;
      radio.onchange = () => put({ [trait]: value });
      label.append(radio, make("span", "", text));
      row.append(label);
      return radio;
    });
    set.append(row);
    choices.push(() => radios.forEach((r) => (r.checked = r.value === String(model.get(trait)))));
    return set;
  }
  function slider(trait, title, low, high, step, say) {
    const label = make("label", "fml-slider");
    const range = make("input");
    range.type = "range";
    [range.min, range.max, range.step] = [low, high, step];
    const shown = make("output");
    label.append(make("span", "", title), range, shown);
    range.oninput = () => put({ [trait]: Number(range.value) });
    choices.push(() => {
      range.value = model.get(trait);
      shown.textContent = say(model.get(trait));
      range.setAttribute("aria-valuetext", say(model.get(trait)));
    });
    return label;
  }
  const two = (value) => fixed(value, 2);
  const bar = make("div", "fml-bar");
  const which = choice("loss", "Loss", [["mse", "MSE"], ["logloss", "cross-entropy"], ["bpr", "BPR"]]);
  const rows = choice("rows", "Rows", [["1", "one, y = 1"], ["0", "one, y = 0"], ["all", "all rows"]]);
  const sigmoids = choice("sigmoids", "Sigmoids", [[1, "one"], [2, "two"]]);
  const ctr = slider("ctr", "CTR: share of rows with y = 1", 0.01, 0.5, 0.01, percent);
  const stars = slider("stars", "Label y: stars given", 0.5, 5, 0.5, (v) => fixed(v, 1));
  const liked = slider("liked", "Score of the liked film", -LIMIT, LIMIT, STEP, two);
  const other = slider("other", "Score of the other film", -LIMIT, LIMIT, STEP, two);
  const reset = make("button", "fml-reset", "Reset");
  reset.type = "button";
  reset.onclick = () => put(model.get("first"));
  bar.append(which, rows, sigmoids, ctr, stars, liked, other, reset);

  // ---- the picture, and what stands beside it ------------------------------------------------
  const split = make("div", "fml-split");
  const picture = make("div", "fml-picture");
  const canvas = shape("svg", { class: "fml-canvas", role: "group", "aria-label": "Curves of the loss" });
  const drawing = shape("g", { "aria-hidden": "true" });
  const point = shape("g", { class: "fml-point", role: "slider", tabindex: "0" });
  point.append(
    shape("circle", { r: 24, class: "reach" }),
    shape("circle", { r: 16, class: "ring" }),
    shape("circle", { r: 9, class: "dot" }),
  );
  canvas.append(
    shape("defs", {},
      shape("marker", { id: `${own}-head`, viewBox: "0 0 10 10", refX: 7, refY: 5, markerWidth: 15, markerHeight: 15, markerUnits: "userSpaceOnUse", orient: "auto" },
        shape("path", { d: "M0 0L10 5L0 10Z", class: "head" })),
      shape("pattern", { id: `${own}-out`, width: 9, height: 9, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" },
        shape("path", { d: "M4.5 0V9", class: "hatch" })),
      shape("clipPath", { id: `${own}-clip` }, shape("rect", {}))),
    drawing, point,
  );
  picture.append(canvas);
  const side = make("div", "fml-side");
  const numbers = make("dl", "fml-facts");
  side.append(numbers);
  split.append(picture, side);
  const legend = make("ul", "fml-legend");
  const said = make("p", "fml-said");
  const aloud = make("p", "fm-sr");
  aloud.setAttribute("role", "status");
  aloud.setAttribute("aria-live", "polite");
  const twin = make("details", "fml-twin");
  const grid = make("table");
  twin.append(make("summary", "", "The same as a table"), grid);
  root.append(bar, legend, split, said, aloud, twin);

  let width = 700;
  let saying = 0;

  const plot = () => ({ left: PAD.left, right: width - PAD.right, top: PAD.top, bottom: HEIGHT - PAD.bottom });
  function scales(s) {
    const { left, right, top, bottom } = plot();
    const [low, high] = RANGES[s.loss];
    return {
      x: (at) => left + ((at - low) / (high - low)) * (right - left),
      y: (loss) => bottom - (loss / topOf(s)) * (bottom - top),
      back: (px) => low + ((px - left) / (right - left)) * (high - low),
    };
  }

  function text(x, y, words, className, anchor = "middle", more = {}) {
    return shape("text", { x: x.toFixed(1), y: y.toFixed(1), class: className, "text-anchor": anchor, ...more }, words);
  }

  function axes(s, sc) {
    const { left, right, top, bottom } = plot();
    const [low, high] = RANGES[s.loss];
    const out = [];
    const every = s.loss === "mse" ? 5 : topOf(s) > 4 ? 1 : 0.5;
    for (let loss = 0; loss <= topOf(s); loss += every) {
      out.push(
        shape("path", { class: loss ? "grid" : "axis", d: `M${left} ${sc.y(loss).toFixed(1)}H${right}` }),
        text(left - 9, sc.y(loss) + 5, fixed(loss, every < 1 ? 1 : 0), "tick", "end"),
      );
    }
    const narrow = right - left < 420;
    for (let at = low; at <= high; at += s.loss === "mse" ? 1 : 2) {
      out.push(
        shape("path", { class: "grid", d: `M${sc.x(at).toFixed(1)} ${top}V${bottom}` }),
        text(sc.x(at), bottom + 20, fixed(at, 0), "tick"),
      );
      if (s.loss === "mse") continue;
      const p = s.loss === "bpr" ? sigmoid(at) : probability(at, s.sigmoids);
      out.push(text(sc.x(at), bottom + 39, fixed(p, narrow ? 2 : 3), "tick p"));
    }
    if (s.loss === "logloss") out.push(text(left - 30, bottom + 20, "ŷ", "tick strong", "end"));
    if (s.loss !== "mse") out.push(text(left - 30, bottom + 39, "p", "tick strong p", "end"));
    let [across, up] = TITLES[s.loss];
    if (s.loss === "logloss") {
      across = s.sigmoids === 1 ? "score ŷ, and below it p = σ(ŷ)" : "score ŷ, and below it p = σ(σ(ŷ)), as the loss takes it";
      up = s.rows === "all" ? "mean loss over all rows" : "loss of one row";
    }
    const middle = (top + bottom) / 2;
    out.push(
      text((left + right) / 2, s.loss === "mse" ? bottom + 44 : HEIGHT - 10, across, "title"),
      text(20, middle, up, "title", "middle", { transform: `rotate(-90 20 ${middle})` }),
    );
    return out;
  }

  function path(sc, low, high, f) {
    let d = "";
    for (let n = 0; n < CURVE_POINTS; n += 1) {
      const at = low + ((high - low) * n) / (CURVE_POINTS - 1);
      d += `${n ? "L" : "M"}${sc.x(at).toFixed(1)} ${sc.y(f(at)).toFixed(1)}`;
    }
    return d;
  }

  // Each curve: [class, its name, function, where its words stand, from the left, 0 to 1; null: no].
  function curves(s) {
    if (s.loss === "mse") return [["c1 chosen", "squared error", (at) => curveOf(s, at)[0], null]];
    if (s.loss === "bpr") return [["c1 chosen", "−ln σ(difference)", (at) => curveOf(s, at)[0], null]];
    const of = (rows, sigmoids = s.sigmoids) => (at) => curveOf({ ...s, rows, sigmoids }, at)[0];
    const all = s.rows === "all";
    const place = s.sigmoids === 2
      ? { 1: s.rows === "1" ? null : 0.98, 0: 0.98, all: null }
      : { 1: all ? 0.3 : 0.1, 0: all ? 0.7 : 0.9, all: 0.62 };
    const shown = ["1", "0", ...(all ? ["all"] : [])].map((rows) => [
      `c${rows}${rows === s.rows ? " chosen" : ""}`,
      rows === "all" ? `all rows, CTR ${percent(s.ctr)}` : `y = ${rows}`,
      of(rows),
      place[rows],
    ]);
    if (s.sigmoids === 2) {
      shown.push([`c${s.rows} ghost`, "with one sigmoid", of(s.rows, 1), s.rows === "1" ? 0.16 : 0.84]);
    }
    return shown;
  }

  // A line with its name, as in the picture.
  function sample(className, words, mark = shape("path", { class: className, d: "M1 9H39" })) {
    const item = make("li");
    const icon = shape("svg", { width: 40, height: 18, viewBox: "0 0 40 18", "aria-hidden": "true" }, mark);
    item.append(icon, words);
    return item;
  }

  // below: how many pixels its words stand below the line; above it where negative.
  function level(sc, name, loss, below) {
    const { left, right, bottom } = plot();
    const y = sc.y(loss);
    const kind = name === "floor" ? "floor" : "base";
    const out = kind === "base" ? [] : [
      shape("rect", { x: left, y, width: right - left, height: bottom - y, fill: `url(#${own}-out)` }),
    ];
    out.push(
      shape("path", { class: `level ${kind}`, d: `M${left} ${y.toFixed(1)}H${right}` }),
      text(right - 6, y + below, `${name} ${fixed(loss, 4)}`, `words ${kind}`, "end"),
    );
    return out;
  }

  // Words above their line, unless the other line is too near above it.
  function levels(s, sc) {
    const [above, under] = [-6, 19];
    const found = linesOf(s);
    const [base, floor] = ["base rate", "floor"].map((name) => found.find((line) => line[0] === name)?.[1]);
    return found.flatMap(([name, loss]) => {
      let below = above;
      if (base !== undefined && floor !== undefined) {
        const apart = Math.abs(sc.y(base) - sc.y(floor)) > 20;
        if (floor > base) below = name === "base rate" && !apart ? under : above;
        else below = name === "floor" || apart ? under - 2 : above;
      }
      return level(sc, name, loss, below);
    });
  }

  // The point's loss beside it, where it covers no other words and stays inside.
  function freeTag(words, px, py, onLeft) {
    const others = [...drawing.querySelectorAll(".words")].map((node) => node.getBBox());
    const { left, right, top, bottom } = plot();
    const spots = [-18, 34].flatMap((drop) => [onLeft, !onLeft].map((side) => [side ? -14 : 14, drop]));
    const tags = spots.map(([aside, drop]) => text(px + aside, py + drop, words, "words tag", aside < 0 ? "end" : "start"));
    const free = (node) => {
      drawing.append(node);
      const box = node.getBBox();
      node.remove();
      const inside = box.x >= left && box.x + box.width <= right && box.y >= top - 8 && box.y + box.height <= bottom;
      return inside && !others.some((o) =>
        o.x < box.x + box.width && box.x < o.x + o.width && o.y < box.y + box.height && box.y < o.y + o.height);
    };
    return tags.find(free) ?? tags[0];
  }

  function draw() {
    const s = state();
    const sc = scales(s);
    const { left, right, top, bottom } = plot();
    const [low, high] = RANGES[s.loss];
    const at = placeOf(s);
    const [loss, slope] = curveOf(s, at);
    canvas.setAttribute("viewBox", `0 0 ${width} ${HEIGHT}`);
    canvas.style.height = `${HEIGHT}px`;
    const clip = canvas.querySelector("clipPath rect");
    for (const [name, value] of Object.entries({ x: left, y: top - 6, width: right - left, height: bottom - top + 12 })) {
      clip.setAttribute(name, value);
    }

    const inside = shape("g", { "clip-path": `url(#${own}-clip)` });
    const labels = [];
    inside.append(...levels(s, sc));
    if (s.loss === "mse") {
      inside.append(
        shape("path", { class: "label", d: `M${sc.x(s.stars)} ${top}V${bottom}` }),
        text(sc.x(s.stars) + (s.stars > 3 ? -9 : 9), top + 20, `label y = ${fixed(s.stars, 1)}`, "words", s.stars > 3 ? "end" : "start"),
      );
    }
    const shown = curves(s);
    for (const [className, words, f, where] of [...shown].sort((a, b) => a[0].includes("chosen") - b[0].includes("chosen"))) {
      inside.append(shape("path", { class: `curve ${className}`, d: path(sc, low, high, f) }));
      if (where === null) continue;
      const there = low + where * (high - low);
      const y = Math.max(sc.y(f(there)), top + 24);
      const steep = s.sigmoids === 1 || className.includes("ghost"); // words beside it, not above
      const side = where < 0.5 ? 1 : -1;
      const low1 = s.rows === "all" && baseRate(s.ctr) < 0.26; // the base rate's own words stand below it
      const [x, drop] = steep ? [sc.x(there) + 14 * side, 2] : [sc.x(there), className.includes("c1") && !low1 ? 21 : -10];
      labels.push(text(x, y + drop, words, `words ${className}`, steep && side > 0 ? "start" : "end"));
    }
    legend.replaceChildren(
      ...shown.map(([className, words]) => sample(`curve ${className}`, words)),
      ...linesOf(s).map(([name]) => sample(`level ${name === "floor" ? "floor" : "base"}`, name === "floor" ? "floor: no model gets below" : "base rate: p = CTR in every row")),
      sample("arrow", `one step, learning rate ${RATES[s.loss]}`, shape("path", { class: "arrow", d: "M3 9H30", "marker-end": `url(#${own}-head)` })),
      sample("tangent", "slope"),
    );

    if (s.loss === "logloss" && s.rows === "all" && s.sigmoids === 1) {
      const best = Math.log(s.ctr / (1 - s.ctr));
      inside.append(shape("path", { class: "best", d: `M${sc.x(best)} ${sc.y(baseRate(s.ctr)) - 11}l10 11l-10 11l-10 -11Z` }));
    }

    // the point: guides to both axes, the tangent, one step downhill
    const [px, py] = [sc.x(at), Math.max(sc.y(loss), top)];
    const beyond = sc.y(loss) < top;
    inside.append(shape("path", { class: "guide", d: `M${px} ${bottom}V${py}H${left}` }));
    const lean = Math.hypot(1, (slope * (sc.y(0) - sc.y(1))) / (sc.x(1) - sc.x(0)));
    const reach = 95 / (sc.x(1) - sc.x(0)) / lean;
    if (!beyond) {
      inside.append(
        shape("path", { class: "tangent", d: `M${sc.x(at - reach)} ${sc.y(loss - slope * reach)}L${sc.x(at + reach)} ${sc.y(loss + slope * reach)}` }),
      );
    }
    const target = at - slope * RATES[s.loss];
    const long = sc.x(target) - px;
    if (Math.abs(long) > 1) {
      inside.append(
        shape("path", { class: "arrow", d: `M${px} ${py}H${(px + Math.sign(long) * Math.max(Math.abs(long), 4)).toFixed(1)}`, "marker-end": `url(#${own}-head)` }),
      );
    }
    const tag = beyond ? `↑ ${fixed(loss, 2)}` : `loss ${fixed(loss, loss < 10 ? 3 : 1)}`;
    drawing.replaceChildren(...axes(s, sc), inside, ...labels);
    drawing.append(freeTag(tag, px, py, px > (left + right) / 2));
    point.setAttribute("transform", `translate(${px.toFixed(1)} ${py.toFixed(1)})`);
    tell(s, at, low, high);
  }

  function tell(s, at, low, high) {
    for (const show of choices) show();
    for (const part of [rows, sigmoids]) part.hidden = s.loss !== "logloss";
    ctr.hidden = s.loss !== "logloss" || s.rows !== "all";
    stars.hidden = s.loss !== "mse";
    for (const part of [liked, other]) part.hidden = s.loss !== "bpr";
    numbers.replaceChildren(
      ...factsOf(s).map(([name, value], n) => {
        const item = make("div", name.includes("loss") && !name.includes("in the") ? "main" : "");
        item.append(make("dt", "", name), make("dd", "", value));
        return item;
      }),
    );
    const sentence = sentenceOf(s);
    said.textContent = sentence;
    for (const [name, value] of Object.entries({
      "aria-label": { mse: "Prediction", logloss: "Score", bpr: "Difference of the scores" }[s.loss],
      "aria-valuemin": low,
      "aria-valuemax": high,
      "aria-valuenow": Number(at.toFixed(2)),
      "aria-valuetext": factsOf(s).map((fact) => fact.join(" ")).join(", "),
    })) {
      point.setAttribute(name, value);
    }
    if (twin.open) fill();
    clearTimeout(saying);
    saying = setTimeout(() => {
      if (aloud.textContent !== sentence) aloud.textContent = sentence;
    }, QUIET_MS);
  }

  function fill() {
    const [head, body] = tableOf(state());
    const line = (cells, tag) => {
      const made = make("tr");
      made.append(...cells.map((cell, n) => {
        const place = make(n && tag === "td" ? "td" : "th", "", cell);
        if (place.tagName === "TH") place.scope = tag === "td" ? "row" : "col";
        return place;
      }));
      return made;
    };
    const caption = make("caption", "", `${said.textContent} ${linesOf(state()).map(([name, loss]) => `The ${name}: ${fixed(loss, 4)}.`).join(" ")}`);
    const [top, rest] = [make("thead"), make("tbody")];
    top.append(line(head, "th"));
    rest.append(...body.map((cells) => line(cells, "td")));
    grid.replaceChildren(caption, top, rest);
  }
  twin.ontoggle = () => twin.open && fill();

  // ---- pointer and keys ----------------------------------------------------------------------
  function moveTo(at) {
    const s = state();
    const [low, high] = RANGES[s.loss];
    const to = snap(clamp(at, low, high));
    if (s.loss === "mse") return put({ rating: to });
    if (s.loss === "logloss") return put({ score: to });
    // The mean of the two scores stays, as far as both stay within their sliders.
    const room = LIMIT - Math.abs(to) / 2;
    const mean = clamp((s.liked + s.other) / 2, -room, room);
    const one = snap(clamp(mean + to / 2, -LIMIT, LIMIT));
    return put({ liked: one, other: snap(clamp(one - to, -LIMIT, LIMIT)) });
  }

  let dragging = false;
  const where = (event) => scales(state()).back(event.clientX - canvas.getBoundingClientRect().left);
  canvas.onpointerdown = (event) => {
    if (event.button > 0) return;
    dragging = true;
    canvas.setPointerCapture(event.pointerId);
    point.focus({ preventScroll: true });
    event.preventDefault();
    moveTo(where(event));
  };
  canvas.onpointermove = (event) => dragging && moveTo(where(event));
  canvas.onpointerup = canvas.onpointercancel = () => (dragging = false);
  point.onkeydown = (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const [low, high] = RANGES[state().loss];
    const now = placeOf(state());
    const to = {
      ArrowLeft: now - STEP, ArrowDown: now - STEP, ArrowRight: now + STEP, ArrowUp: now + STEP,
      PageDown: now - 1, PageUp: now + 1, Home: low, End: high,
    }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    moveTo(to);
  };

  // ---- life ----------------------------------------------------------------------------------
  const room = new ResizeObserver(() => {
    const now = picture.clientWidth;
    if (now > 50 && now !== width) {
      width = now;
      draw();
    }
  });
  draw();
  room.observe(picture);
  for (const trait of TRAITS) model.on(`change:${trait}`, draw);
  return () => {
    room.disconnect();
    clearTimeout(saying);
    for (const trait of TRAITS) model.off(`change:${trait}`, draw);
  };
}

export default { render };
